# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, revisions
from ansible_collections.steady.rollout.tests.unit.films.play import played, upgraded
from ansible_collections.steady.rollout.tests.unit.films.replay import show

Json = dict[str, t.Any]


def test_a_good_rollout_is_remembered_by_the_hash_of_its_template() -> None:
    stage, _outcome = played("upgrade")
    recorded = json.loads(stage.cluster.bodies[1]["metadata"]["annotations"][revisions.OUTCOMES])
    assert list(recorded.values()) == [revisions.GOOD, revisions.GOOD]


def test_a_rollout_is_no_less_good_for_an_api_server_that_is_away_when_it_should_be_recorded() -> None:
    stage = show("upgrade")
    patch = stage.cluster.patch

    def once(*arguments: t.Any, **options: t.Any) -> Json:
        if stage.cluster.bodies:
            raise errors.Unreachable("API server 10.0.0.1:6443 gave no usable answer.")
        return patch(*arguments, **options)

    stage.cluster.patch = once  # type: ignore[method-assign]
    outcome = upgraded(stage)
    assert (outcome.failed, outcome.status) == (False, "complete")
    assert outcome.timeline[-1]["text"] == "not recorded as good: API server 10.0.0.1:6443 gave no usable answer."
