# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, options
from ansible_collections.steady.rollout.plugins.module_utils._rollout.options import REQUIRED, Option

KNOWN = (
    Option("url", "text", REQUIRED),
    Option("for", "duration", "10s"),
    Option("within", "duration"),
    Option("mode", "text", "all", choices=("all", "any")),
)


def one(form: str, written: t.Any) -> t.Any:
    return options.one(written, Option("x", form), "gates[0].http.x")


def test_what_is_not_written_has_its_default() -> None:
    assert options.read({"url": "http://a"}, KNOWN, "x") == {
        "url": "http://a",
        "for": 10.0,
        "within": None,
        "mode": "all",
    }


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ({"url": "a", "fro": 1}, "gates[2].http.fro: there is no such option; for is meant?"),
        ({"url": "a", "zzz": 1}, "gates[2].http.zzz: there is no such option; there are url, for, within, mode."),
        ({}, "gates[2].http.url is missing."),
        ({"url": "a", "for": "soon"}, "gates[2].http.for: 'soon' is not a length of time"),
        ({"url": "a", "mode": "some"}, "gates[2].http.mode: 'some' is not possible, write all or any."),
        ("a", "gates[2].http: 'a' is not a dictionary; write http: {url: ...}."),
    ],
)
def test_what_cannot_be_meant_is_named_by_its_place(written: t.Any, words: str) -> None:
    with pytest.raises(errors.InvalidInput, match=f"^{re.escape(words)}"):
        options.read(written, KNOWN, "gates[2].http")


@pytest.mark.parametrize(
    ("form", "written", "value"),
    [
        ("text", 2.5, "2.5"),
        ("flag", "yes", True),
        ("flag", False, False),
        ("duration", "1m", 60.0),
        ("delay", 0, 0.0),
        ("number", "-0.5", -0.5),
        ("count", "3", 3),
        ("count", 0, 0),
        ("positive count", 2.0, 2),
        ("share", 0.01, 0.01),
        ("above zero", 5, 5.0),
        ("amount", 2, "2"),
        ("amount", "50%", "50%"),
        ("table", {"a": 1}, {"a": 1}),
        ("codes", [200, "204"], (200, 204)),
        ("codes", 200, (200,)),
    ],
)
def test_values_are_read_as_people_write_them(form: str, written: t.Any, value: t.Any) -> None:
    assert one(form, written) == value


@pytest.mark.parametrize(
    ("form", "written", "words"),
    [
        ("text", "", "must be a text"),
        ("text", ["a"], "must be a text"),
        ("flag", "maybe", "must be true or false"),
        ("duration", 0, "must be more than 0"),
        ("duration", True, "must be a text"),
        ("number", "many", "must be a number"),
        ("number", True, "must be a number"),
        ("number", "nan", "must be a number"),
        ("number", "inf", "must be a number"),
        ("number", 10**400, "must be a number"),
        ("count", 1.5, "must be a whole number, 0 or more"),
        ("count", [], "must be a whole number, 0 or more"),
        ("positive count", 0, "must be a whole number, 1 or more"),
        ("share", 5, "such as 0.01 for one in a hundred"),
        ("above zero", 0, "must be more than 0"),
        ("amount", "0%", "a percentage from 1% to 100%"),
        ("amount", "101%", "a percentage from 1% to 100%"),
        ("amount", "half", "a percentage from 1% to 100%"),
        ("amount", 0, "must be a whole number, 1 or more"),
        ("codes", [20], "a list of HTTP status codes"),
        ("table", [1], "it must be a dictionary"),
    ],
)
def test_a_value_that_cannot_be_meant_says_what_can(form: str, written: t.Any, words: str) -> None:
    with pytest.raises(errors.InvalidInput, match=f"^gates\\[0\\]\\.http\\.x: .*{re.escape(words)}"):
        one(form, written)


def test_a_dictionary_that_is_none_is_not_shown() -> None:
    with pytest.raises(errors.InvalidInput) as refused:
        one("table", "Authorization: hunter2")
    assert "hunter2" not in str(refused.value)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(st.sampled_from(sorted(options.FORMS)), ANYTHING)
def test_whatever_is_written_is_a_value_or_one_sentence(form: str, written: t.Any) -> None:
    said = ""
    try:
        one(form, written)
    except errors.InvalidInput as refused:
        said = str(refused)
    assert not said or said.startswith("gates[0].http.x: ")
