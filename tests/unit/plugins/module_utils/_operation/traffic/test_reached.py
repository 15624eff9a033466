# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic import reached
from ansible_collections.steady.rollout.tests.unit.crossing import Scene

Json = dict[str, t.Any]

PAUSED: Json = {"type": "canary", "steps": [{"weight": 10, "for": "1s", "pause": True}, {"weight": 50, "for": "1s"}]}


def test_a_step_waits_for_approval_and_goes_on_with_it() -> None:
    scene = Scene()
    first = scene.upgraded("2.0", PAUSED)
    assert (first.failed, first.changed, first.status) == (False, True, reached.WAITING)
    assert "waits for approval: canary of 2.0 at step 1 of 2, weight 10 of 100" in first.message
    before = list(scene.street.writes)
    again = scene.upgraded("2.0", PAUSED)
    assert (again.failed, again.changed, again.status) == (False, False, reached.WAITING)
    assert scene.street.writes == before
    last = scene.upgraded("2.0", PAUSED, promote=True)
    assert (last.failed, last.status) == (False, "complete")
    assert (scene.names("Deployment"), scene.version) == (["app"], "2.0")
