# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, gates
from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates import compare
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._rollout.gates import looks

Json = dict[str, t.Any]

SIDES = {
    "new": {"service": "app-canary", "deployment": "app-canary", "headers": {"steady-rollout-track": "new-1"}},
    "old": {"service": "app", "deployment": "app", "headers": {"steady-rollout-track": "old-1"}},
}


def watch(**options: t.Any) -> looks.Watch:
    return looks.Watch(looks.one({"compare": {"url": "http://shop.lab/", **options}}, sides=SIDES))


def second(failed: int = 0, took: float = 20.0, requests: int = 10) -> Json:
    return {
        "requests": requests,
        "failed_requests": failed,
        "failures": {"status_5xx": failed},
        "latency_ms": {},
        "latencies": [took] * requests,
    }


def side(seconds: t.Sequence[Json], *, over: bool = False) -> Json:
    requests, failed = (sum(item[key] for item in seconds) for key in ("requests", "failed_requests"))
    examples = {"status_5xx": "500 Internal Server Error"} if failed else {}
    latency = dict.fromkeys(("p50", "p95", "p99"), seconds[-1]["latencies"][0])
    report = {
        "requests": requests,
        "failed_requests": failed,
        "failures": {"status_5xx": failed},
        "examples": examples,
        "latency_ms": latency,
        "per_second": [],
    }
    return {"seconds": list(seconds), "examples": examples, "report": report if over else None}


def both(new: t.Sequence[Json], old: t.Sequence[Json], *, over: bool = False) -> Json:
    return {"new": side(new, over=over), "old": side(old, over=over)}


def begun(**options: t.Any) -> looks.Watch:
    waits = watch(**options)
    assert waits.look(5, looks.ROLLING).message == "begins when the rollout is complete"
    assert waits.look(10, looks.complete()).look_again == 13
    assert waits.look(13, looks.complete()).want == "begin"
    assert waits.look(13.5, looks.complete()).state == "waiting"
    return waits


def test_two_equal_sides_pass_at_the_end_with_what_was_measured() -> None:
    waits, seconds = begun(), [second()] * 30
    going = waits.look(20, looks.complete(), measured=both(seconds[:7], seconds[:7]))
    assert (going.state, going.message) == (
        "waiting",
        "70 requests to each: failed 0 new, 0 old; p50 20 and 20 ms, p95 20 and 20 ms",
    )
    passed = waits.look(43, looks.complete(), measured=both(seconds, seconds, over=True))
    assert passed.state == "passed"
    assert passed.message == (
        "300 requests to each: failed 0 new, 0 old; p50 20 and 20 ms, p95 20 and 20 ms; 5 % errors would have shown"
    )
    assert passed.measurement["new"]["requests"] == passed.measurement["old"]["requests"] == 300
    assert passed.measurement["new"]["latency_ms"] == {"p50": 20.0, "p95": 20.0, "p99": 20.0}


def test_it_fails_in_the_middle_when_the_new_side_fails_more_often() -> None:
    waits = begun()
    assert waits.look(15, looks.complete(), measured=both([second(5)], [second()])).state == "waiting"
    failed = waits.look(18, looks.complete(), measured=both([second(5)] * 3, [second()] * 3))
    assert (failed.state, failed.want) == ("failed", "drop")
    assert failed.message == (
        "the new version fails more often than the old one: 15 status_5xx (500 Internal Server Error)"
        " (30 requests to each: failed 15 new, 0 old; p50 20 and 20 ms, p95 20 and 20 ms)"
    )
    assert failed.hint == "Ask both sides yourself: curl -i -H 'steady-rollout-track: new-1' http://shop.lab/"


def test_it_fails_in_the_middle_when_the_new_side_is_slower() -> None:
    waits = begun()
    old = [second()] * 5
    failed = waits.look(20, looks.complete(), measured=both([second(took=60.0)] * 5, old))
    assert failed.state == "failed"
    assert failed.message.startswith(
        "the new version is slower than the old one: 30 of 30 answers took longer than the old 95th percentile allows"
        " (1.5 times that, at least 10 ms more), 0 of the old ones lie above that 95th percentile ("
    )


def test_trouble_that_both_sides_have_is_none_of_the_new_one() -> None:
    waits, seconds = begun(), [second(3)] * 30
    assert waits.look(43, looks.complete(), measured=both(seconds, seconds, over=True)).state == "passed"


def test_an_old_side_that_does_not_answer_is_nothing_to_compare_with() -> None:
    waits, seconds = begun(), [second(10)] * 30
    failed = waits.look(43, looks.complete(), measured=both(seconds, seconds, over=True))
    assert failed.message.startswith("there is nothing to compare with, the old version fails as well: 300 status_5xx")


def test_a_load_balancer_that_answers_nobody_is_nothing_to_compare_with() -> None:
    waits, seconds = begun(), [{**second(10), "latencies": []}] * 30
    silent = {**side([second(10)] * 30, over=True), "seconds": seconds}
    silent["report"]["latency_ms"] = None
    failed = waits.look(43, looks.complete(), measured={"new": silent, "old": silent})
    assert (failed.state, failed.measurement["old"]["latency_ms"]) == ("failed", None)


def test_seconds_that_cannot_be_compared_are_not_enough() -> None:
    waits = begun()
    failed = waits.look(43, looks.complete(), measured=both([second()], [second(requests=9)], over=True))
    assert (failed.state, failed.message) == ("failed", "only 0 requests could be compared")


def test_each_side_is_asked_with_its_own_header() -> None:
    options = watch(headers={"Host": "shop.lab"}).gate.options
    assert compare.of_side(options, "new")["headers"] == {"Host": "shop.lab", "steady-rollout-track": "new-1"}


def test_it_is_refused_where_there_are_no_two_sides() -> None:
    alone = looks.one({"compare": "http://shop.lab/"})
    assert "Write it into a step of strategy canary" in looks.refusal(alone, {})
    (ready,) = gates.beside([alone], SIDES)
    assert looks.refusal(ready, {}) == ""


def test_other_gates_are_none_of_the_sides_business() -> None:
    others = gates.parse([{"stable_for": "1s"}])
    assert gates.beside(others, SIDES) == others


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"for": "2s"}, "20 requests to each side are too few to tell one from the other, 30 are the least"),
        ({"max_latency_ratio": 0.5}, "max_latency_ratio: it must be 1 or more"),
        ({"confidence": 1}, "confidence: it must be at least 0.5 and below 1"),
    ],
)
def test_what_could_tell_nothing_is_refused(options: Json, words: str) -> None:
    with pytest.raises(errors.InvalidInput, match=words):
        watch(**options)
