# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, gates

HTTP = {"http": {"url": "http://a/"}}


def test_gates_are_combined_freely_and_several_of_a_kind_are_told_apart() -> None:
    parsed = gates.parse([HTTP, {"stable_for": "10s"}, HTTP, "endpoints_ready", {"min_available": "50%"}])
    assert [gate.label for gate in parsed] == ["http 1", "stable_for", "http 2", "endpoints_ready", "min_available"]
    assert [gate.where for gate in parsed][2] == "gates[2].http"


def test_a_value_alone_is_the_option_that_says_it_all() -> None:
    short = gates.parse([{"stable_for": "10s"}, {"min_available": 2}, {"restarts_below": 1}, {"http": "http://a/"}])
    assert [gate.options[gate.form.SHORT] for gate in short] == [10.0, "2", 1, "http://a/"]


def test_no_gates_are_none() -> None:
    assert gates.parse([]) == ()


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("stable_for", "gates: str is not possible, write a list: gates: [{stable_for: 10s}]."),
        ([HTTP, {"htpp": {}}], "gates[1]: there is no gate 'htpp'; http is meant?"),
        ([{"zzz": {}}], "gates[0]: there is no gate 'zzz'; there are stable_for, "),
        ([{**HTTP, "stable_for": "1s"}], "gates[0]: write one gate as {name: options}; there are stable_for, "),
        ([7], "gates[0]: write one gate as {name: options}"),
        (
            [HTTP, HTTP, {"http": {"url": "http://a", "for": "soon"}}],
            "gates[2].http.for: 'soon' is not a length of time",
        ),
        ([{"http": {}}], "gates[0].http.url is missing."),
        ([{"stable_for": None}], "gates[0].stable_for.for is missing."),
        ([{"prometheus": "up"}], "gates[0].prometheus: its options are missing; there are url, query, "),
        (
            [{"restarts_below": 0}],
            "gates[0].restarts_below: 0 is not possible, it must be a whole number, 1 or more",
        ),
    ],
)
def test_what_cannot_be_meant_is_named_by_its_place(written: t.Any, words: str) -> None:
    with pytest.raises(errors.InvalidInput, match=f"^{re.escape(words)}"):
        gates.parse(written)


def test_secrets_are_found_before_anything_is_checked() -> None:
    given = [
        {"http": {"secret_headers": {"Authorization": "Bearer one", "X": 2}}, "other": 3},
        {"prometheus": {"token": "three", "url": "u"}},
        {"nothing": {"token": "four"}},
        "stable_for",
    ]
    assert set(gates.secrets(given)) == {"Bearer one", "2", "three"}
    assert list(gates.secrets(None)) == []


def test_what_should_have_been_a_secret_option_is_one_too() -> None:
    http = {
        "url": "http://ada:hush@shop.example/",
        "headers": {"Authorization": "Bearer abcdef1", "Accept": "text/html"},
    }
    assert list(gates.secrets([{"http": http}, {"prometheus": {"url": "http://ada:quiet@metrics"}}])) == [
        "hush",
        "abcdef1",
        "quiet",
    ]


OPTIONS = sorted({option.name for form in gates.GATES for option in form.OPTIONS})
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=4,
)
WRITTEN = st.dictionaries(
    st.sampled_from(gates.NAMES), ANYTHING | st.dictionaries(st.sampled_from(OPTIONS), ANYTHING, max_size=4), max_size=1
)


@given(st.lists(WRITTEN, max_size=2))
def test_whatever_is_written_is_gates_or_one_sentence(written: t.Any) -> None:
    list(gates.secrets(written))
    said = ""
    try:
        gates.parse(written)
    except errors.InvalidInput as refused:
        said = str(refused)
    assert not said or said.startswith("gates[")
