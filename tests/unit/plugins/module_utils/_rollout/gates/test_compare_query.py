# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates import compare_query
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._rollout.gates import looks
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._rollout.gates.test_compare import SIDES

Json = dict[str, t.Any]

QUERY = 'sum(rate(errors{service="$service",code=~"5..$"}[1m]))'


def watch(**options: t.Any) -> looks.Watch:
    return looks.Watch(looks.one({"compare_query": {"url": "http://p", "query": QUERY, **options}}, sides=SIDES))


def answers(new: str, old: str) -> Json:
    return {"new": {"series": [["", new]]}, "old": {"series": [["", old]]}}


def test_each_side_has_its_names_in_the_query_and_other_dollars_stay() -> None:
    options = watch(query='a{s="$service",d="${deployment}",code=~"5..$"}').gate.options
    assert compare_query.of_side(options, "new")["query"] == 'a{s="app-canary",d="app-canary",code=~"5..$"}'
    assert compare_query.of_side(options, "old")["query"] == 'a{s="app",d="app",code=~"5..$"}'


def test_it_measures_when_the_rollout_is_complete_and_passes_with_both_values() -> None:
    waits = watch()
    assert waits.look(5, looks.ROLLING).want == ""
    assert waits.look(10, looks.complete()).want == "begin"
    assert waits.look(10.2, looks.complete()).state == "waiting"
    passed = waits.look(11, looks.complete(), measured=answers("3", "2"))
    assert (passed.state, passed.message) == ("passed", "3 against 2 of the old version, at most 3")


@pytest.mark.parametrize(
    ("options", "new", "old", "outcome"),
    [
        ({}, "3.1", "2", "failed"),
        ({}, "0.004", "0", "failed"),
        ({"allowance": 0.01}, "0.004", "0", "passed"),
        ({"worse": "lower"}, "0.99", "0.995", "passed"),
        ({"worse": "lower"}, "0.5", "0.995", "failed"),
        ({"worse": "lower", "max_ratio": 1, "allowance": 0.1}, "0.9", "0.995", "passed"),
        ({}, "NaN", "2", "no data"),
    ],
)
def test_the_old_value_the_ratio_and_the_allowance_set_the_limit(
    options: Json, new: str, old: str, outcome: str
) -> None:
    assert compare_query.compared(watch(**options).gate.options, answers(new, old))[0] == outcome


def test_of_several_series_the_worst_counts() -> None:
    several = {"new": {"series": [["a", "1"], ["b", "9"], ["c", "NaN"]]}, "old": {"series": [["", "2"]]}}
    assert compare_query.compared(watch().gate.options, several)[2] == "9"


def test_no_answer_is_an_error_and_not_a_difference() -> None:
    silent = {**answers("1", "1"), "old": {"error": "Connection refused", "permanent": False}}
    assert compare_query.compared(watch().gate.options, silent)[:2] == ("error", "error: Connection refused")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"query": "up"}, r"asks the same of both versions; write \$service or \$deployment"),
        ({"max_ratio": 0.5}, "max_ratio must be 1 or more"),
        ({"allowance": -1}, "allowance 0 or more"),
    ],
)
def test_what_could_not_differ_is_refused(options: Json, words: str) -> None:
    with pytest.raises(errors.InvalidInput, match=words):
        watch(**options)
