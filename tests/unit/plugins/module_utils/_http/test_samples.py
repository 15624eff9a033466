# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._http import samples
from ansible_collections.steady.rollout.plugins.module_utils._http.samples import Sample, Tally, Timeline
from ansible_collections.steady.rollout.plugins.module_utils._http.schedule import Schedule


def tally_of(*some: Sample) -> Tally:
    tally = Tally()
    for sample in some:
        tally.add(sample)
    return tally


def test_every_request_is_either_good_or_in_exactly_one_kind_of_failure() -> None:
    good = [Sample(0, 0.01, False, version="1.0")] * 3
    figures = tally_of(*good, *(Sample(0, 1, True, kind) for kind in samples.FAILURES)).figures()
    assert figures["requests"] == 3 + len(samples.FAILURES)
    assert figures["failures"] == dict.fromkeys(samples.FAILURES, 1)
    assert figures["failed_requests"] == sum(figures["failures"].values())


def test_percentiles_are_of_the_nearest_rank_and_in_milliseconds() -> None:
    latencies = [number / 1000 for number in range(100, 0, -1)]
    assert samples.percentiles(latencies) == {"p50": 50, "p90": 90, "p95": 95, "p99": 99, "max": 100}


def test_one_latency_is_every_percentile() -> None:
    assert samples.percentiles([0.0042]) == {"p50": 4.2, "p90": 4.2, "p95": 4.2, "p99": 4.2, "max": 4.2}


def test_no_answer_means_no_latency() -> None:
    assert tally_of(Sample(0, 5, False, samples.TIMEOUT)).figures()["latency_ms"] is None


def test_an_answer_with_a_bad_status_has_a_latency_as_well() -> None:
    latency = tally_of(Sample(0, 0.5, False, samples.STATUS_5XX)).figures()["latency_ms"]
    assert latency is not None
    assert latency["max"] == 500


def test_shares_are_of_the_answers_that_told_their_version() -> None:
    tally = tally_of(
        *[Sample(0, 0, False, version="2.0")] * 3, Sample(0, 0, False, version="1.0"), Sample(0, 0, False, "reset")
    )
    assert tally.figures()["versions"] == {
        "1.0": {"requests": 1, "share": 0.25},
        "2.0": {"requests": 3, "share": 0.75},
    }


def test_a_second_is_told_when_it_is_over_and_all_its_requests_have_ended() -> None:
    timeline = Timeline(Schedule(rate=2, duration=2))
    timeline.add(Sample(0, 0.1, False))
    assert timeline.finished(now=1.0) == []
    timeline.add(Sample(0.5, 0.7, False))
    assert timeline.finished(now=0.9) == []
    assert [record["second"] for record in timeline.finished(now=1.2)] == [0]
    assert timeline.finished(now=1.3) == []


def test_seconds_are_told_in_order_however_late_their_requests_end() -> None:
    timeline = Timeline(Schedule(rate=1, duration=3))
    timeline.add(Sample(1, 0, False))
    timeline.add(Sample(2, 0, False))
    assert timeline.finished(now=5) == []
    timeline.add(Sample(0, 4, False, samples.TIMEOUT))
    records = timeline.finished(now=5)
    assert [(record["second"], record["failed_requests"]) for record in records] == [(0, 1), (1, 0), (2, 0)]


def test_a_second_without_requests_is_told_too() -> None:
    timeline = Timeline(Schedule(rate=0.5, duration=4))
    timeline.add(Sample(0, 0, False))
    timeline.add(Sample(2, 0, False))
    assert [record["requests"] for record in timeline.finished(now=4)] == [1, 0, 1, 0]


@pytest.mark.parametrize(("cut", "requests"), [(1.2, [2, 1]), (1.0, [2]), (0.0, [])])
def test_a_schedule_cut_short_ends_with_what_was_due_by_then(cut: float, requests: list[int]) -> None:
    timeline = Timeline(Schedule(rate=2, duration=9))
    timeline.schedule = Schedule(rate=2, duration=cut)
    for number in range(timeline.schedule.count):
        timeline.add(Sample(number / 2, 0, False))
    assert [record["requests"] for record in timeline.finished(now=cut)] == requests
