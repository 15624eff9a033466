# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from steady_bench.line import CORE, OURS
from steady_bench.starting import ACTIONS, TIMES, Costs, add, line_of

SECONDS = (1.0, 1.5, 2.0, 0.5, 0.75, 1.5)


def costs() -> Costs:
    tasks = [{"action": action, "began": 10.0, "ended": 10.0 + SECONDS[at]} for at, action in enumerate([*ACTIONS] * 2)]
    used = [{"cpu": 0.1 * at, "memory": 20.0 + at} for at in range(6)]
    found: Costs = {}
    add(found, tasks, used)
    return found


def test_each_time_counts_over_the_ping_of_the_same_time() -> None:
    found = costs()
    assert found["seconds", TIMES[0], OURS] == [0.5]
    assert found["seconds", TIMES[1], OURS] == [0.25]
    assert found["seconds", TIMES[1], CORE] == [1.0]
    assert found["memory", TIMES[1], CORE] == [2.0]
    assert found["memory", TIMES[1], "ping"] == [23.0]


def test_the_goal_is_a_share_of_the_peer() -> None:
    assert line_of(costs(), "seconds", TIMES[1], "s").met
    assert line_of(costs(), "seconds", TIMES[1], "s").goals[0].reached == "0.250 of 0.800"
    worse = {**costs(), ("seconds", TIMES[1], OURS): [0.81]}
    assert not line_of(worse, "seconds", TIMES[1], "s").met


def test_a_task_of_which_nothing_was_noted_is_no_figure() -> None:
    with pytest.raises(ValueError, match="argument 2 is shorter"):
        add({}, [{"action": "ansible.builtin.ping", "began": 1.0, "ended": 2.0}], [])
