# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._http import report, samples
from ansible_collections.steady.rollout.plugins.module_utils._http.probe import Report
from ansible_collections.steady.rollout.plugins.module_utils._http.samples import Sample, Tally
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors

URL = "http://shop.lab/"


def report_of(*some: Sample, stopped_early: bool = False) -> Report:
    total = Tally()
    for sample in some:
        total.add(sample)
    examples = {sample.failure: sample.detail for sample in reversed(some) if sample.failure}
    started = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)
    return Report(total, {"keep_alive": total, "new": Tally()}, [], examples, started, 10.0, stopped_early)


GOOD = [Sample(0, 0.002, False, version="1.0")] * 6 + [Sample(0, 0.004, False, version="2.0")] * 2
FAILED = [Sample(0, 0.001, False, samples.RESET, detail="Connection reset by peer")] * 2


def test_the_sentence_names_requests_failures_latency_and_versions() -> None:
    assert report.in_words(report_of(*GOOD, *FAILED), URL) == (
        "10 requests to http://shop.lab/ in 10.0 s: 2 failed: 2 reset (Connection reset by peer); "
        "p50 2 ms, p99 4 ms, max 4 ms; versions 1.0 75.0 %, 2.0 25.0 %."
    )


def test_the_sentence_says_when_it_was_stopped_and_leaves_out_what_is_not_known() -> None:
    assert report.in_words(report_of(stopped_early=True), URL) == (
        "0 requests to http://shop.lab/ in 10.0 s: 0 failed (stopped early)."
    )


def test_the_result_is_plain_data_that_adds_up() -> None:
    result = report.as_result(report_of(*GOOD, *FAILED))
    assert (result["requests"], result["failed_requests"], result["error_rate"]) == (10, 2, 0.2)
    assert result["examples"] == {"reset": "Connection reset by peer"}
    assert result["by_connection"]["new"] == {"requests": 0, "failed_requests": 0, "latency_ms": None}
    assert result["started"] == "2026-01-31T12:00:00.000Z"
    assert "failed" not in result, "a number there would be taken for the task's own outcome"


@pytest.mark.parametrize("allowed", [None, 0.2, 0.5, 1])
def test_failures_within_what_is_allowed_are_no_complaint(allowed: float | None) -> None:
    assert report.complaint(report_of(*GOOD, *FAILED), URL, allowed) == ""


@pytest.mark.parametrize("allowed", [0, 0.1, 0.199])
def test_more_failures_than_allowed_are_named_with_their_kinds(allowed: float) -> None:
    assert report.complaint(report_of(*GOOD, *FAILED), URL, allowed) == (
        "2 of 10 requests to http://shop.lab/ failed (20 %), "
        f"more than the {100 * allowed:g} % that max_error_rate allows: 2 reset (Connection reset by peer)."
    )


def test_not_one_connection_is_a_complaint_in_any_case() -> None:
    refused = [Sample(0, 0.001, False, samples.CONNECT, detail="Connection refused")] * 3
    assert report.complaint(report_of(*refused), URL, None) == (
        "No request could be made to http://shop.lab/: Connection refused (all 3 requests in 10.0 s). "
        "Check the address, and that something listens there."
    )


def test_nothing_measured_is_no_complaint() -> None:
    assert report.complaint(report_of(stopped_early=True), URL, 0) == ""


@pytest.mark.parametrize("rate", [-0.1, 1.1, 5, float("nan")])
def test_an_error_rate_that_is_not_a_share_is_refused(rate: float) -> None:
    with pytest.raises(errors.InvalidInput, match=r"is not a share between 0 and 1; write 0.01 for one"):
        report.check_error_rate(rate)


@pytest.mark.parametrize(
    ("failures", "latency", "versions", "line"),
    [
        (
            {},
            {"p99": 12.5},
            {"1.0": {"share": 0.6}, "2.0": {"share": 0.4}},
            "50 requests, 0 failed, p99 12.5 ms, 1.0 60 %, 2.0 40 %",
        ),
        ({"connect": 50}, {}, {}, "50 requests, 50 failed (50 connect)"),
    ],
    ids=["two versions answer", "nobody answers"],
)
def test_a_second_is_one_line(failures: dict[str, int], latency: dict[str, float], versions: dict, line: str) -> None:
    second = {
        "at": "2026-01-31T12:00:07.000Z",
        "requests": 50,
        "failures": failures,
        "latency_ms": latency,
        "versions": versions,
    }
    assert report.second_in_words(second) == f"12:00:07  {line}"
