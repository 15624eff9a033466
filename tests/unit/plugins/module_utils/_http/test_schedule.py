# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._http.schedule import Schedule


def test_the_first_request_is_due_at_once_and_the_others_evenly_after_it() -> None:
    schedule = Schedule(rate=4, duration=1)
    assert [schedule.due(number) for number in range(schedule.count)] == [0, 0.25, 0.5, 0.75]


@pytest.mark.parametrize(
    ("rate", "duration", "count", "seconds"),
    [
        (10, 1, 10, 1),
        (10, 2.5, 25, 3),
        (0.5, 10, 5, 10),
        (3, 1, 3, 1),
        (1 / 3, 3, 1, 3),
        (10, 0, 0, 0),
        (10, 0.01, 1, 1),
    ],
)
def test_requests_are_due_before_the_end_and_not_at_it(rate: float, duration: float, count: int, seconds: int) -> None:
    schedule = Schedule(rate, duration)
    assert (schedule.count, schedule.seconds) == (count, seconds)


@pytest.mark.parametrize("rate", [0.3, 1, 7, 9.99, 10, 49.7, 500, 1234.5])
@pytest.mark.parametrize("duration", [0.4, 1, 3.3, 12])
def test_each_request_is_in_the_second_in_which_it_is_due(rate: float, duration: float) -> None:
    schedule = Schedule(rate, duration)
    seconds = [int(schedule.due(number)) for number in range(schedule.count)]
    assert [schedule.of_second(second) for second in range(schedule.seconds)] == [
        seconds.count(second) for second in range(schedule.seconds)
    ]
    assert schedule.due(schedule.count) >= duration


def test_a_second_after_the_end_has_no_requests() -> None:
    assert Schedule(rate=10, duration=2).of_second(2) == 0
