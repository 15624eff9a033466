# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates import prometheus
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._rollout.gates import looks

Json = dict[str, t.Any]

DOWN = {"error": "Connection refused"}


def watch(**options: t.Any) -> looks.Watch:
    return looks.Watch(looks.one({"prometheus": {"url": "http://p:9090", "query": "errors", "max": 0.5, **options}}))


def values(*found: str) -> Json:
    return {"series": [["" if len(found) == 1 else f"pod {number}", value] for number, value in enumerate(found)]}


def measured(waits: looks.Watch, answers: t.Sequence[Json], at: float = 10.0) -> t.Any:
    """Looks until it is decided, each query answered at once; 10 s lie between two of them."""
    for answer in answers:
        assert waits.look(at, looks.complete()).want == "begin"
        reading = waits.look(at, looks.complete(), measured=answer)
        if reading.state != "waiting":
            return reading
        assert reading.look_again == at + 10
        at += 10
    return reading


def test_a_value_within_its_limits_passes() -> None:
    passed = measured(watch(), [values("0.2")])
    assert (passed.state, passed.message) == ("passed", "0.2, at most 0.5")


def test_a_value_outside_fails_and_every_measurement_is_told() -> None:
    failed = measured(watch(count=3), [values("0.2"), values("0.7")])
    assert (failed.state, failed.message) == ("failed", "0.7, at most 0.5, 2 of 3")
    assert [item["outcome"] for item in failed.measurement["measurements"]] == ["passed", "failed"]


def test_so_many_may_fail() -> None:
    answers = [values("0.7"), values("0.2"), values("0.9")]
    assert measured(watch(count=3, max_failures=2), answers).state == "passed"
    assert measured(watch(count=3, max_failures=1), answers).state == "failed"


def test_an_error_is_asked_again_and_too_many_in_a_row_fail_it() -> None:
    assert measured(watch(), [DOWN, DOWN, values("0.2")]).state == "passed"
    failed = measured(watch(max_ignored=1), [DOWN, DOWN])
    assert failed.message == "error: Connection refused (2 measurements in a row without a result)"
    assert failed.state == "failed"


@pytest.mark.parametrize(("counted_as", "state"), [("fail", "failed"), ("pass", "passed"), ("ignore", "waiting")])
def test_an_error_counts_as_one_says(counted_as: str, state: str) -> None:
    assert measured(watch(on_error=counted_as), [DOWN]).state == state


@pytest.mark.parametrize(("counted_as", "state"), [("fail", "failed"), ("pass", "passed"), ("ignore", "waiting")])
@pytest.mark.parametrize("answer", [{"series": []}, values("NaN")])
def test_no_data_counts_as_one_says_and_nan_is_no_data(counted_as: str, state: str, answer: Json) -> None:
    assert measured(watch(on_no_data=counted_as), [answer]).state == state


def test_failed_no_data_and_error_are_three_things() -> None:
    options = watch().gate.options
    outcomes = [prometheus.measured(options, answer)[0] for answer in (values("1"), values("NaN"), DOWN, values("0"))]
    assert outcomes == ["failed", "no data", "error", "passed"]


def test_an_infinity_is_a_value() -> None:
    assert measured(watch(), [values("+Inf")]).message == "inf, at most 0.5"
    assert measured(watch(), [values("-Inf")]).state == "passed"


def test_all_series_have_to_be_within_or_any() -> None:
    failed = measured(watch(), [values("0.2", "0.7", "NaN")])
    assert (failed.state, failed.message) == ("failed", "0.7 pod 1, at most 0.5 (1 of 2 series are outside)")
    assert measured(watch(series="any"), [values("0.2", "0.7")]).state == "passed"
    assert measured(watch(series="any"), [values("0.8", "0.7")]).state == "failed"


def test_a_minimum_is_a_limit_as_well() -> None:
    options = {"max": None, "min": 3}
    assert measured(watch(**options), [values("3")]).message == "3, at least 3"
    assert measured(watch(**options), [values("2.9")]).state == "failed"


def test_the_first_measurement_waits_for_the_delay() -> None:
    waits = watch(delay="30s")
    waiting = waits.look(10, looks.complete())
    assert (waiting.want, waiting.look_again) == ("", 40)
    assert waits.look(40, looks.complete()).want == "begin"


def test_while_an_answer_is_awaited_nothing_else_is_asked() -> None:
    waits = watch()
    waits.look(10, looks.complete())
    assert waits.look(30, looks.complete()).want == ""


def test_with_during_it_measures_while_rolling_and_counts_after_completion() -> None:
    waits = watch(during=True)
    assert waits.look(0, looks.ROLLING).want == "begin"
    assert waits.look(1, looks.ROLLING, measured=values("0.1")).state == "waiting"
    assert measured(waits, [values("0.1")]).state == "passed"
    rolling = watch(during=True)
    rolling.look(0, looks.ROLLING)
    assert rolling.look(1, looks.ROLLING, measured=values("0.9")).state == "failed"


def test_without_during_it_begins_when_the_rollout_is_complete() -> None:
    assert watch().look(5, looks.ROLLING).want == ""


@pytest.mark.parametrize(
    ("options", "words"),
    [({"max": None}, "write max, min or both"), ({"min": 1}, "min 1 is more than max 0.5, so it could never hold")],
)
def test_limits_that_cannot_be_meant_are_refused(options: Json, words: str) -> None:
    with pytest.raises(errors.InvalidInput, match=rf"^gates\[0\]\.prometheus: .*{words}"):
        watch(**options)
