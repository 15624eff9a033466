# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import conditions, errors

Json = dict[str, t.Any]

BY_PHASE = conditions.Goal("example.com/v1", "status.phase == 'Ready'", "status.phase == 'Broken'")
READY = "contains(status.conditions[?type=='Ready'].status, 'True')"


def widget(**status: t.Any) -> Json:
    return {"kind": "Widget", "metadata": {"name": "first"}, "status": status}


@pytest.mark.parametrize(
    ("status", "complete", "failed"),
    [
        ({"phase": "Ready"}, True, False),
        ({"phase": "Broken"}, False, True),
        ({"phase": "Pending"}, False, False),
        ({}, False, False),
    ],
)
def test_the_expressions_decide(status: Json, complete: bool, failed: bool) -> None:
    found = conditions.judge(BY_PHASE, widget(**status))
    assert (found.complete, found.failed) == (complete, failed)


def test_success_beats_failure() -> None:
    both = conditions.Goal("v1", "status.phase == 'Ready'", "status.phase == 'Ready'")
    assert conditions.judge(both, widget(phase="Ready")).complete


def test_a_text_is_no_condition() -> None:
    found = conditions.judge(conditions.Goal("v1", "status.phase"), widget(phase="Ready"))
    assert not found.complete
    assert "it gives 'Ready': write a comparison" in found.message


def test_an_expression_that_does_not_fit_the_object_yet_is_not_true() -> None:
    assert not conditions.judge(conditions.Goal("v1", READY), widget()).complete
    assert conditions.judge(
        conditions.Goal("v1", READY), widget(conditions=[{"type": "Ready", "status": "True"}])
    ).complete


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ({}, "it says nothing of its state"),
        ({"conditions": "odd", "phase": 3}, "it says nothing of its state"),
        (
            {"phase": "Pending", "conditions": [{"type": "Ready", "status": "False", "reason": "NoRoom"}, "odd"]},
            "phase Pending, Ready False (NoRoom)",
        ),
        ({"conditions": [{"type": "A", "status": "False", "message": "password=abc"}]}, "A False (password=***)"),
    ],
)
def test_the_objects_own_words_are_shown(status: Json, words: str) -> None:
    assert conditions.told(widget(**status)).startswith(words.rstrip(")"))
    assert "abc" not in conditions.told(widget(**status))


def test_without_any_of_the_options_there_is_no_goal() -> None:
    assert conditions.goal("", "", "") is None
    assert conditions.goal("v1", READY, "") == conditions.Goal("v1", READY)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("v1", "", ""), "api_version needs success_condition"),
        (("", "", "a"), "failure_condition needs success_condition"),
        (("", "a", ""), "success_condition needs api_version"),
        (("v1", "a ==", ""), "success_condition: 'a ==' is not a JMESPath expression"),
        (("v1", "a", "]"), "failure_condition: ']' is not a JMESPath expression"),
    ],
)
def test_what_cannot_be_meant_is_refused(options: tuple[str, str, str], words: str) -> None:
    with pytest.raises(errors.InvalidInput) as refused:
        conditions.goal(*options)
    assert words in str(refused.value)
