# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.modules import workload_restart
from ansible_collections.steady.rollout.tests.unit.films.replay import show

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.tests.unit.plugins.modules.conftest import Play


def test_a_restart_is_told_as_a_result(play: Play) -> None:
    result = play(workload_restart, show("restart"))
    assert (result["changed"], result["status"]) == (True, "complete")
    assert result["msg"] == "Deployment shop/app restarted on 1.0."


def test_many_are_told_as_one_result_with_one_for_each(play: Play) -> None:
    result = play(workload_restart, show("restart"), name="", workloads=[{"name": "app"}])
    assert (result["changed"], result["msg"]) == (True, "Of 1 workloads 1 restarted.")
    assert result["results"][0]["workload"] == {"kind": "Deployment", "namespace": "shop", "name": "app"}


def test_nothing_is_undone_unless_asked_for() -> None:
    assert workload_restart.ARGUMENTS["on_failure"]["default"] == "keep"
