# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import math
import random
import typing as t

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic import comparison
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic.comparison import Limits, Tally

Json = dict[str, t.Any]

RATE = 50


def second(chance: random.Random, errors: float = 0.0, slower: float = 1.0, requests: int = RATE) -> Json:
    """One second of a side whose answers take 20 ms, log-normal, times ``slower``."""
    failed = sum(chance.random() < errors for _request in range(requests)) if errors else 0
    latencies = [20 * slower * math.exp(chance.gauss(0, 0.4)) for _request in range(requests)]
    return {"requests": requests, "failed_requests": failed, "latencies": latencies}


def alarm(seed: int, new: Json, old: Json, limits: Limits | None = None, seconds: int = 30) -> int | None:
    """The second at which the new side is found to be worse; None when it never is."""
    limits, chance, tally = limits or Limits(), random.Random(seed), Tally()
    for number in range(1, seconds + 1):
        tally = comparison.add(tally, second(chance, **new), second(chance, **old), limits)
        if comparison.fails_more(tally, limits) or comparison.slower_at(tally, limits) is not None:
            return number
    return None


def test_two_equal_sides_raise_no_alarm_however_often_they_are_looked_at() -> None:
    """1,000 pairs, 15,000 looks, with the ratio that forgives nothing: 1 false alarm is allowed for at this confidence."""
    strict = Limits(max_latency_ratio=1, latency_allowance=0)
    equal = {"errors": 0.02, "requests": 20}
    alarms = sum(alarm(seed, equal, equal, strict, seconds=15) is not None for seed in range(1000))
    assert alarms <= 5


def test_the_bound_holds_at_any_time() -> None:
    """A fair coin, watched for 2,000 throws: evidence of 100 is reached by fewer than 1 game in 100."""
    chance, reached = random.Random(7), 0
    for _game in range(400):
        heads = 0
        for throws in range(1, 2001):
            heads += chance.random() < 0.5
            if throws % 10 == 0 and comparison.evidence(heads, throws - heads) >= math.log(100):
                reached += 1
                break
    assert reached <= 8


@pytest.mark.parametrize(
    ("new", "within"),
    [({"errors": 0.05}, 15), ({"slower": 3.0}, 5), ({"errors": 1.0}, 1)],
    ids=["5 % errors", "3 times as slow", "all fail"],
)
def test_what_is_bad_is_caught_within_seconds_at_50_requests_per_second(new: Json, within: int) -> None:
    assert all((alarm(seed, new, {}) or math.inf) <= within for seed in range(40))


def test_an_old_side_that_fails_as_well_is_no_alarm() -> None:
    assert alarm(1, {"errors": 0.3}, {"errors": 0.3}) is None


def test_a_share_that_may_fail_in_any_case_is_no_alarm() -> None:
    allowing = Limits(max_error_rate=0.1)
    assert alarm(1, {"errors": 0.05}, {}, allowing) is None
    assert alarm(1, {"errors": 0.5}, {}, allowing) is not None
    assert alarm(1, {"errors": 1.0}, {}, Limits(max_error_rate=1)) is None


def test_what_is_slower_by_less_than_the_allowance_is_no_alarm() -> None:
    """1 ms against 2 ms is nothing."""
    tally = Tally()
    for _second in range(30):
        sides = ({"requests": RATE, "failed_requests": 0, "latencies": [took] * RATE} for took in (2.0, 1.0))
        tally = comparison.add(tally, *sides, Limits())
    assert comparison.slower_at(tally, Limits()) is None
    assert comparison.slower_at(tally, Limits(latency_allowance=0)) is None  # it was not counted as slow when it came


def test_a_version_that_is_slow_only_sometimes_is_found_by_its_slow_answers() -> None:
    tally = Tally()
    for _second in range(20):
        old = {"requests": RATE, "failed_requests": 0, "latencies": [20.0] * RATE}
        tally = comparison.add(tally, {**old, "latencies": [20.0] * 45 + [500.0] * 5}, old, Limits())
    assert comparison.slower_at(tally, Limits()) == 0.95


def test_slow_answers_that_neither_version_has_to_do_with_hide_nothing() -> None:
    """A tenth of all answers waits for something else, 200 ms and more."""
    chance, tally = random.Random(3), Tally()
    for _second in range(4):
        sides = [second(chance, slower=slower) for slower in (3.0, 1.0)]
        for side in sides:
            side["latencies"] = [took + 500 * chance.random() * (chance.random() < 0.1) for took in side["latencies"]]
        tally = comparison.add(tally, sides[0], sides[1], Limits())
    assert comparison.slower_at(tally, Limits()) is not None


def test_nothing_is_slow_before_the_old_side_is_known() -> None:
    few = {"requests": 5, "failed_requests": 0, "latencies": [20.0] * 5}
    tally = comparison.add(Tally(), {**few, "latencies": [900.0] * 5}, few, Limits())
    assert (tally.measured, tally.slow[0.95].new) == (0, 0)


def test_a_second_with_unequal_numbers_is_left_out() -> None:
    one = {"requests": 5, "failed_requests": 5, "latencies": []}
    tally = comparison.add(Tally(), one, {**one, "requests": 4, "failed_requests": 0}, Limits())
    assert (tally.seconds, tally.requests, tally.failed.new) == (1, 0, 0)


def test_how_many_failures_are_an_alarm_and_what_so_many_requests_show() -> None:
    assert comparison.failures_needed(Limits()) == 15
    assert comparison.least_share(300, Limits()) == pytest.approx(0.05)
    assert comparison.least_share(3000, Limits(max_error_rate=0.01)) == pytest.approx(0.0203, abs=0.001)
    assert comparison.least_share(10, Limits()) == 1.0
    assert comparison.least_share(0, Limits()) == 1.0


@settings(max_examples=60, deadline=None)
@given(hits=st.integers(0, 5000), misses=st.integers(0, 5000))
def test_more_hits_are_more_evidence_and_more_misses_less(hits: int, misses: int) -> None:
    there = comparison.evidence(hits, misses)
    assert comparison.evidence(hits + 1, misses) > there > comparison.evidence(hits, misses + 1)


@settings(max_examples=60, deadline=None)
@given(hits=st.integers(0, 30), misses=st.integers(0, 30), null=st.floats(0.01, 0.99))
def test_no_throw_of_a_fair_game_is_expected_to_win(hits: int, misses: int, null: float) -> None:
    """The martingale itself: what is expected after one more throw is what is there now."""
    now, won, lost = (
        math.exp(comparison.evidence(h, m, null)) for h, m in ((hits, misses), (hits + 1, misses), (hits, misses + 1))
    )
    assert null * won + (1 - null) * lost == pytest.approx(now, rel=1e-6)
