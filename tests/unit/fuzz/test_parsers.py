# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever is written into an option, its parser gives a value or one sentence, never anything else."""

from __future__ import annotations

import contextlib
import functools
import math
import re
import typing as t

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ansible_collections.steady.rollout.plugins.module_utils._ansible import workload
from ansible_collections.steady.rollout.plugins.module_utils._rollout import (
    conditions,
    durations,
    errors,
    gates,
    images,
    objects,
    quantities,
    selectors,
)

Json = dict[str, t.Any]

TEXT = st.text(max_size=40)
NEARLY = st.text("0123456789.-+hmsk %:/@[]{}()=!,'\"aZ", max_size=12)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT | NEARLY,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


def outcome(parse: t.Callable[[], t.Any], about: str = "") -> t.Any:
    """The value, or None for what was refused in one sentence."""
    try:
        return parse()
    except errors.InvalidInput as reason:
        sentence = str(reason)
        assert sentence.startswith(about)
        assert sentence.endswith((".", "?"))
        assert "\n" not in sentence
        assert "Traceback" not in sentence
        return None


@given(text=TEXT | NEARLY | st.integers() | st.floats(), minimum=st.none() | st.just(0.0))
@example(text="1e400", minimum=None)
@example(text="9" * 400, minimum=None)
@example(text="1\n", minimum=None)
@settings(max_examples=200)
def test_a_duration_is_a_finite_number_of_seconds(text: t.Any, minimum: float | None) -> None:
    seconds = outcome(lambda: durations.parse(text, "timeout", minimum))
    assert seconds is None or (math.isfinite(seconds) and 0 <= seconds <= durations.LONGEST)
    assert seconds != 0 or minimum == 0


@given(text=TEXT | NEARLY)
@example(text=".")
@example(text="1e9999999999999999999")
@settings(max_examples=100)
def test_a_quantity_is_always_a_number(text: str) -> None:
    assert quantities.parse(text).is_finite()


# The grammar of a reference as github.com/distribution/reference states it.
_NAME = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_HOST = rf"(?:{_NAME}(?:\.{_NAME})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
_PART = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_REPOSITORY = rf"(?:{_HOST}/)?{_PART}(?:/{_PART})*"
_TAG = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
_DIGEST = r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}"
GRAMMAR = re.compile(rf"({_REPOSITORY})(?::({_TAG}))?(?:@({_DIGEST}))?", re.ASCII)
# The same with few letters of each, as drawing long ones takes long.
FEW = (("{0,127}", "{0,3}"), ("{32,}", "{32}"), ("*", "{0,2}"), ("]+", "]{1,3}"))
SMALL = functools.reduce(lambda pattern, change: pattern.replace(*change), FEW, GRAMMAR.pattern)
REFERENCES = st.from_regex(re.compile(SMALL, re.ASCII), fullmatch=True)
MUTATED = st.tuples(REFERENCES, st.integers(0, 300), st.sampled_from(list(":/@.-_ A\n[]é"))).map(
    lambda parts: parts[0][: parts[1] % (len(parts[0]) + 1)] + parts[2] + parts[0][parts[1] % (len(parts[0]) + 1) :]
)


@given(reference=REFERENCES)
@settings(max_examples=100)
def test_every_reference_of_the_grammar_is_taken_apart_and_put_together_again(reference: str) -> None:
    assert str(images.parse(reference)) == reference


@given(reference=MUTATED | TEXT | NEARLY)
@example(reference="a..b/c")
@example(reference="-a.b/c")
@example(reference="a.b:/c")
@example(reference="a\n")
@settings(max_examples=200)
def test_nothing_but_what_the_grammar_knows_is_a_reference(reference: str) -> None:
    parsed = outcome(lambda: images.parse(reference))
    assert (parsed is not None) == (
        GRAMMAR.fullmatch(reference) is not None and len(parsed.repository if parsed else "") <= 255
    )
    assert images.version_of(reference) or not reference


@given(reference=REFERENCES, version=TEXT | NEARLY | st.from_regex(_TAG, fullmatch=True))
@settings(max_examples=100)
def test_another_version_of_an_image_is_in_the_same_repository_and_can_be_parsed_again(
    reference: str, version: str
) -> None:
    image = images.parse(reference)
    other = outcome(lambda: image.at(version))
    if other is not None:
        assert images.parse(str(other)) == other
        assert (other.repository, other.version) == (image.repository, version)


@given(given_gates=ANYTHING | st.lists(st.dictionaries(st.sampled_from(gates.NAMES), ANYTHING, min_size=1, max_size=1)))
@settings(max_examples=200)
def test_gates_are_a_list_of_gates_or_a_sentence(given_gates: t.Any) -> None:
    parsed = outcome(lambda: gates.parse(given_gates))
    assert parsed is None or all(gate.label for gate in parsed)
    list(gates.secrets(given_gates))


OPTIONS = [(form.NAME, option.name) for form in gates.GATES for option in form.OPTIONS]


@pytest.mark.parametrize(("gate", "option"), OPTIONS)
@given(value=ANYTHING, others=ANYTHING)
@settings(max_examples=15)
def test_every_option_of_every_gate_takes_a_value_or_says_what_it_wants(
    gate: str, option: str, value: t.Any, others: t.Any
) -> None:
    outcome(lambda: gates.parse([{gate: {option: value}}]))
    outcome(lambda: gates.parse([{gate: {**(others if isinstance(others, dict) else {}), option: value}}]))


@given(given_gates=ANYTHING, condition=ANYTHING)
@settings(max_examples=100)
def test_which_libraries_are_needed_is_told_before_anything_is_checked(given_gates: t.Any, condition: t.Any) -> None:
    listed = given_gates if isinstance(given_gates, list) else [given_gates]
    assert "kubernetes" in workload.libraries({"gates": listed, "success_condition": condition})
    for name in gates.NAMES:
        assert "kubernetes" in workload.libraries({"gates": [{name: given_gates}]})


@given(success=TEXT | NEARLY, failure=TEXT | NEARLY, item=ANYTHING)
@example(success="status.phase == 'Ready'", failure="", item={"status": {"phase": "Ready"}})
@example(success="length(status)", failure="sum(@)", item={"status": 1})
@settings(max_examples=200)
def test_a_condition_is_a_goal_that_any_object_can_be_held_against(success: str, failure: str, item: t.Any) -> None:
    goal = outcome(lambda: conditions.goal("example.com/v1", success, failure))
    if goal is not None and isinstance(item, dict):
        assert conditions.judge(goal, item).message


SELECTOR = st.fixed_dictionaries(
    {},
    optional={
        "matchLabels": st.dictionaries(
            st.from_regex("[a-z]{1,5}", fullmatch=True), st.from_regex("[a-z]{0,3}", fullmatch=True)
        ),
        "matchExpressions": st.lists(
            st.fixed_dictionaries(
                {"key": st.from_regex("[a-z]{1,5}", fullmatch=True), "operator": st.sampled_from(["In", "NotIn"])},
                optional={"values": st.lists(st.from_regex("[a-z]{1,3}", fullmatch=True), min_size=1)},
            )
            | st.fixed_dictionaries(
                {
                    "key": st.from_regex("[a-z]{1,5}", fullmatch=True),
                    "operator": st.sampled_from(["Exists", "DoesNotExist"]),
                }
            ),
        ),
    },
)


def fits(wanted: Json, labels: dict[str, str]) -> bool:
    """What the API server would say, written down from its documentation."""
    same = all(labels.get(key) == value for key, value in (wanted.get("matchLabels") or {}).items())
    for entry in wanted.get("matchExpressions") or ():
        key, operator, values = entry["key"], entry["operator"], entry.get("values") or [""]
        same &= {
            "In": key in labels and labels[key] in values,
            "NotIn": key not in labels or labels[key] not in values,
            "Exists": key in labels,
            "DoesNotExist": key not in labels,
        }[operator]
    return same


@given(
    wanted=SELECTOR,
    labels=st.dictionaries(st.from_regex("[a-z]{1,2}", fullmatch=True), st.from_regex("[a-z]{0,2}", fullmatch=True)),
)
@settings(max_examples=100)
def test_a_selector_in_the_apis_syntax_selects_what_it_selected_before(wanted: Json, labels: dict[str, str]) -> None:
    text = objects.selector({"spec": {"selector": wanted}})
    assert selectors.parse(text).selects(labels) == fits(wanted, labels)


@given(text=TEXT | NEARLY)
@settings(max_examples=100)
def test_a_text_is_a_selector_or_a_value_error(text: str) -> None:
    with contextlib.suppress(ValueError):
        selectors.parse(text).selects({"a": "b"})


@given(present=st.dictionaries(st.sampled_from(["name", "namespace"]), TEXT | NEARLY, min_size=2, max_size=2))
def test_a_reference_has_names_or_is_refused(present: dict[str, str]) -> None:
    found = outcome(lambda: workload.reference_of({"kind": "Deployment", **present}))
    assert found is None or (found.name and found.namespace)


LIMITS: Json = {option: spec.get("default") for option, spec in workload.WAITING.items()}


@pytest.mark.parametrize("option", [name for name, spec in workload.WAITING.items() if spec["type"] in ("str", "int")])
@given(data=st.data())
@settings(max_examples=30)
def test_limits_are_read_or_refused_naming_the_option(option: str, data: st.DataObject) -> None:
    kind = workload.WAITING[option]["type"]
    value = data.draw(st.integers() if kind == "int" else TEXT | NEARLY)
    outcome(lambda: workload.limits_of({**LIMITS, option: value}), about=option)
