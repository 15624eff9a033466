# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from traffic_bench.figures import Figures, Phase
from traffic_bench.judgement import caught, missed


def figures(
    during: float = 10.0, failed: int = 0, after: dict[str, int] | None = None, requests: int = 1000
) -> Figures:
    phases = {
        "before": Phase(4, 100, {}, {"1.0": 100}, 1.0, 6.0),
        "during": Phase(4, 800, {"new: reset": failed} if failed else {}, {"1.0": 700, "2.1": 40}, 1.0, during),
        "after": Phase(4, 100, {}, {"1.0": 100} if after is None else after, 1.0, 6.0),
    }
    return Figures(phases, {"1.0": (0, 12), "2.1": (5, 7)}, requests, phases["during"].failed, requests / 12)


def test_a_row_that_loses_nothing_and_is_not_slower_than_twice_meets_its_goals() -> None:
    assert missed(figures(during=12.0), False) == []


def test_every_goal_that_is_missed_is_said() -> None:
    assert missed(figures(during=15.0, failed=3), False) == ["3 failed", "p99 2.5 times that before"]


def test_losses_outside_the_change_are_told_apart() -> None:
    found = figures(failed=3)
    after = Phase(4, 100, {"kept: cut": 2}, {}, 1, 6)
    found = Figures({**found.phases, "after": after}, found.seen, 1000, {"new: reset": 3, "kept: cut": 2}, 80)
    assert missed(found, False) == ["5 failed, 2 of them before or after it"]


def test_a_reference_that_loses_nothing_proves_nothing() -> None:
    assert missed(figures(failed=3, during=99), True) == []
    assert missed(figures(), True) == ["known to lose requests, and lost none: the load sees nothing"]


def test_a_bad_canary_is_caught_when_few_failed_and_it_is_gone() -> None:
    assert caught(figures(failed=9), "2.1", "1.0") == []
    assert caught(figures(failed=10), "2.1", "1.0") == ["1.00% of all requests failed"]


def test_a_bad_canary_that_stays_or_was_never_met_is_not_caught() -> None:
    assert caught(figures(after={"2.1": 9}), "2.1", "1.0") == [
        "users meet 2.1 afterwards",
        "users do not meet 1.0 afterwards",
    ]
    assert caught(figures(), "2.2", "1.0") == ["no user met 2.2: nothing was tried"]
