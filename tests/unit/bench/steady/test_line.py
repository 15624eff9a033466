# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from steady_bench.line import CORE, KUBECTL, OURS, Line, at_least, at_most, figures_of, number


def test_figures_are_minimum_median_maximum_and_how_many() -> None:
    assert figures_of([3.0, 1.0, 9.0]) == (1.0, 3.0, 9.0, 3)
    assert figures_of([4.0, 1.0, 3.0, 2.0]).median == 2.5


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0456, "0.046"), (1.234, "1.23"), (12.34, "12.3"), (123.4, "123"), (12345.6, "12,346"), (-0.02, "-0.020")],
)
def test_numbers_have_the_digits_that_count(value: float, text: str) -> None:
    assert number(value) == text


def test_a_goal_is_met_up_to_its_limit_and_says_what_was_reached() -> None:
    assert at_most("quick", 0.2, 0.2).met and not at_most("quick", 0.21, 0.2).met
    assert at_least("ten times", 10, 10).met and not at_least("ten times", 9.9, 10).met
    assert at_most("quick", 1.5, 0.2, " s").reached == "1.50 s of 0.200 s"
    assert at_least("ten times", 4.5, 10, " times").reached == "4.50 times, asked 10.0 times"


def test_a_line_is_met_when_all_its_goals_are() -> None:
    good, bad = at_most("a", 1, 2), at_most("b", 3, 2)
    assert Line("what", "s", {OURS: [1.0]}, (good,)).met
    assert not Line("what", "s", {OURS: [1.0]}, (good, bad)).met


def test_a_median_of_somebody_who_was_not_measured_is_no_figure() -> None:
    line = Line("what", "s", {OURS: [1.0, 5.0, 2.0], CORE: []})
    assert line.median(OURS) == 2.0
    with pytest.raises(KeyError):
        line.median(KUBECTL)
