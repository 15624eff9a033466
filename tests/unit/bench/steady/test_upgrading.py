# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from steady_bench.line import CORE, KUBECTL, OURS
from steady_bench.upgrading import NOTHING, Samples, lag_line, whole_line


def lags(ours: float, core: float = 3.0, kubectl: float = 0.05) -> Samples:
    return {OURS: [ours, ours, 9.0], CORE: [core], KUBECTL: [kubectl]}


def met(samples: Samples) -> list[bool]:
    return [goal.met for goal in lag_line(samples).goals]


def test_each_goal_of_the_return_lag_is_judged_by_itself_by_the_median() -> None:
    assert met(lags(0.14)) == [True, True, True]
    assert met(lags(0.21, core=9.0, kubectl=0.2)) == [False, True, True]
    assert met(lags(0.15, core=1.4)) == [True, False, True]
    assert met(lags(0.16)) == [True, True, False]


def test_an_upgrade_may_take_what_kubectl_and_ansible_take_and_seven_tenths() -> None:
    assert whole_line({OURS: [7.6], KUBECTL: [3.0], NOTHING: [3.9]}).met
    assert not whole_line({OURS: [7.7], KUBECTL: [3.0], NOTHING: [3.9]}).met
