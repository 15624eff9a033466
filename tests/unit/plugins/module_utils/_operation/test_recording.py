# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import revisions
from ansible_collections.steady.rollout.tests.unit.films.play import played

Json = dict[str, t.Any]


def test_a_good_rollout_is_remembered_by_the_hash_of_its_template() -> None:
    stage, _outcome = played("upgrade")
    recorded = json.loads(stage.cluster.bodies[1]["metadata"]["annotations"][revisions.OUTCOMES])
    assert list(recorded.values()) == [revisions.GOOD, revisions.GOOD]
