# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.modules import workload_wait
from ansible_collections.steady.rollout.tests.unit.films.replay import show

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.tests.unit.plugins.modules.conftest import Play


def test_waiting_for_what_is_complete_changes_nothing(play: Play) -> None:
    stage = show("upgrade")
    result = play(workload_wait, stage)
    assert (result["changed"], result["status"], stage.cluster.bodies) == (False, "complete", [])


def test_a_timeout_of_nothing_is_refused(play: Play) -> None:
    assert "timeout: '0s' is not possible" in play(workload_wait, show("upgrade"), timeout="0s")["msg"]


def test_an_expression_that_does_not_parse_is_refused_before_anything_is_read(play: Play) -> None:
    stage = show("upgrade")
    result = play(workload_wait, stage, kind="Widget", api_version="example.com/v1", success_condition="status ==")
    assert "success_condition: 'status ==' is not a JMESPath expression" in result["msg"]
    assert stage.cluster.opened == 0


def test_many_are_waited_for_in_one_task(play: Play) -> None:
    result = play(workload_wait, show("upgrade"), name="", workloads=[{"name": "app", "container": "app"}])
    assert (result["changed"], result["msg"]) == (False, "Of 1 workloads 1 complete.")
    assert result["results"][0]["status"] == "complete"
