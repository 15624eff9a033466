# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates import http
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._rollout.gates import looks

Json = dict[str, t.Any]

LATENCY = {"p50": 2.0, "p90": 5.0, "p95": 8.0, "p99": 12.0, "max": 20.0}


def second(failed: int = 0, requests: int = 10) -> Json:
    return {"requests": requests, "failed_requests": failed, "failures": {"reset": failed}, "latency_ms": LATENCY}


def found(*seconds: Json, over: bool = False) -> Json:
    """What a probe has measured by now; the whole of it when it is over."""
    requests, failed = (sum(item[key] for item in seconds) for key in ("requests", "failed_requests"))
    report = {
        "requests": requests,
        "failed_requests": failed,
        "failures": {"reset": failed},
        "latency_ms": LATENCY,
        "examples": {"reset": "Connection reset by peer"} if failed else {},
        "per_second": list(seconds),
    }
    return {"seconds": list(seconds), "examples": report["examples"], "report": report if over else None}


def watch(**options: t.Any) -> looks.Watch:
    return looks.Watch(looks.one({"http": {"url": "http://shop.lab/", **options}}))


def test_it_begins_a_probe_when_the_rollout_is_complete() -> None:
    waits = watch()
    assert waits.look(5, looks.ROLLING).want == ""
    assert waits.look(10, looks.complete()).want == "begin"
    assert waits.look(11, looks.complete(), measured=found()).want == ""


def test_it_begins_after_its_delay() -> None:
    waits = watch(delay="5s")
    assert (waits.look(10, looks.complete()).want, waits.look(14, looks.complete()).look_again) == ("", 15)
    assert waits.look(15, looks.complete()).want == "begin"


def test_a_probe_without_failures_passes_with_its_figures() -> None:
    waits = watch()
    waits.look(10, looks.complete())
    passed = waits.look(20, looks.complete(), measured=found(*[second()] * 10, over=True))
    assert (passed.state, passed.message) == ("passed", "100 requests, 0 failed, p99 12 ms in 10 s")
    assert passed.measurement["latency_ms"] == LATENCY
    assert [kept["requests"] for kept in passed.measurement["per_second"]] == [10] * 10


def test_of_a_long_probe_the_last_seconds_are_kept_without_what_is_empty() -> None:
    waits = watch()
    waits.look(10, looks.complete())
    kept = waits.look(400, looks.complete(), measured=found(*[second()] * 390, over=True)).measurement["per_second"]
    assert len(kept) == 300
    assert not kept[0].keys() - {"at", "requests", "failed_requests", "failures", "versions", "latency_ms"}
    assert all(kept[0].values())


def test_it_fails_with_the_request_that_is_one_too_many() -> None:
    waits = watch(max_error_rate=0.05)  # 5 of the 100 that are going to be sent
    waits.look(10, looks.complete())
    going = waits.look(12, looks.complete(), measured=found(second(5)))
    assert (going.state, going.message) == ("waiting", "5 requests failed so far")
    failed = waits.look(13, looks.complete(), measured=found(second(5), second(1)))
    assert (failed.state, failed.want) == ("failed", "drop")
    assert (
        failed.message
        == "6 of 20 requests to http://shop.lab/ failed, 5 % are allowed: 6 reset (Connection reset by peer)"
    )


def test_percentiles_have_limits_in_milliseconds() -> None:
    waits = watch(max_p50=5, max_p95=5, max_p99=10)
    waits.look(10, looks.complete())
    failed = waits.look(20, looks.complete(), measured=found(second(), over=True))
    assert failed.state == "failed"
    assert failed.message.endswith("p95 8 ms is more than 5 ms; p99 12 ms is more than 10 ms")


def test_a_probe_that_sent_nothing_does_not_pass() -> None:
    waits = watch()
    waits.look(10, looks.complete())
    assert waits.look(20, looks.complete(), measured=found(over=True)).state == "failed"


def test_with_during_it_runs_from_the_beginning_until_for_after_completion() -> None:
    waits = watch(during=True)
    assert waits.look(0, looks.ROLLING).want == "begin"
    assert waits.look(9, looks.ROLLING, measured=found(*[second()] * 9)).want == ""
    assert waits.look(19.9, looks.complete(), measured=found(*[second()] * 19)).want == ""
    assert waits.look(20, looks.complete(), measured=found(*[second()] * 20)).want == "stop"
    assert waits.look(20.1, looks.complete(), measured=found(*[second()] * 20, over=True)).state == "passed"


def test_with_during_a_failure_ends_it_in_the_middle_of_the_rollout() -> None:
    waits = watch(during=True)
    waits.look(0, looks.ROLLING)
    assert waits.look(3, looks.ROLLING, measured=found(second(), second(1))).state == "failed"


def test_what_may_be_lost_counts_in_any_stretch_as_long_as_for() -> None:
    seconds = [second(count) for count in (3, 0, 0, 3, 3)]
    assert http.most_in_a_row(seconds, 2) == 6
    assert http.most_in_a_row(seconds, 3) == 6
    assert http.most_in_a_row(seconds, 60) == 9
    assert http.most_in_a_row([], 2) == 0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"version_pattern": "(x)", "version_path": "x"}, "version_pattern and version_path are both given"),
        ({"version": "2.0", "version_path": "v", "during": True}, "both versions answer while it rolls"),
        ({"version": "2.0"}, "nothing says where it stands in an answer"),
    ],
)
def test_contradictions_are_refused(options: Json, words: str) -> None:
    with pytest.raises(errors.InvalidInput, match=words):
        watch(**options)
