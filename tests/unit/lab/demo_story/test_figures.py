# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.steady.rollout.lab.demo_story import figures
from ansible_collections.steady.rollout.lab.demo_story.figures import Second, Sum

RECORD = {
    "second": 3,
    "at": "2026-01-31T12:00:03.250Z",
    "requests": 50,
    "failed_requests": 2,
    "failures": {"connect": 0, "reset": 2},
    "latency_ms": {"p50": 1},
    "versions": {"1.0": {"requests": 40, "share": 0.8333}, "2.0": {"requests": 8, "share": 0.1667}},
}


def test_a_record_of_the_probe_is_read() -> None:
    second = figures.second_of(RECORD)
    assert second == Second(1769860803.25, 50, {"reset": 2}, {"1.0": 40, "2.0": 8})
    assert second.failed == 2


@pytest.mark.parametrize(
    ("second", "only"),
    [
        (Second(0, 50, {}, {"2.0": 50}), True),
        (Second(0, 50, {}, {"1.0": 1, "2.0": 49}), False),
        (Second(0, 50, {"reset": 1}, {"2.0": 49}), False),
        (Second(0, 0, {}, {}), False),
    ],
)
def test_a_version_is_alone_when_it_answered_every_request(second: Second, only: bool) -> None:
    assert second.only("2.0") is only


def test_every_second_belongs_to_exactly_one_step() -> None:
    seconds = [Second(float(at), 10, {}, {"1.0": 10}) for at in range(10)]
    sums = figures.shares_of_steps(seconds, [2.5, 4.0, 7.2])
    assert [part.requests for part in sums] == [40, 40, 20]
    assert sum(part.requests for part in sums) == figures.add_up(seconds).requests


def test_sums_hold_failures_by_kind_and_versions_in_order() -> None:
    seconds = [Second(0, 10, {"reset": 1}, {"2.0": 9}), Second(1, 10, {"reset": 1, "timeout": 1}, {"1.0": 8})]
    assert figures.add_up(seconds) == Sum(20, {"reset": 2, "timeout": 1}, ("1.0", "2.0"))


def test_a_step_without_failures_and_with_the_expected_versions_holds() -> None:
    assert all(
        check.holds for check in figures.checks_of_traffic("upgrade", Sum(50, {}, ("1.0", "2.0")), {"2.0", "1.0"})
    )


@pytest.mark.parametrize(
    ("traffic", "holds"),
    [
        (Sum(50, {"reset": 1}, ("1.0",)), [False, True]),
        (Sum(50, {}, ("1.0", "3.0")), [True, False]),
        (Sum(50, {}, ()), [True, False]),
        (Sum(0, {}, ("1.0",)), [False, True]),
    ],
)
def test_a_failed_request_a_wrong_version_or_no_traffic_at_all_does_not(traffic: Sum, holds: list[bool]) -> None:
    assert [check.holds for check in figures.checks_of_traffic("upgrade", traffic, {"1.0"})] == holds
