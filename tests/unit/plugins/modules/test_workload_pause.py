# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.modules import workload_pause
from ansible_collections.steady.rollout.tests.unit.films.replay import show

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.tests.unit.plugins.modules.conftest import Play


def test_a_pause_is_told_as_a_result(play: Play) -> None:
    stage = show("image_not_found_paused")
    stage.cluster.somebody_writes()
    result = play(workload_pause, stage)
    assert (result["changed"], result["status"], result["msg"]) == (True, "paused", "Deployment shop/app paused.")


def test_resuming_is_the_other_state(play: Play) -> None:
    result = play(workload_pause, show("resume"), state="resumed")
    assert (result["changed"], result["status"]) == (True, "complete")


def test_no_other_state_is_taken(play: Play) -> None:
    result = play(workload_pause, show("resume"), state="stopped")
    assert "value of state must be one of: paused, resumed" in result["msg"]
