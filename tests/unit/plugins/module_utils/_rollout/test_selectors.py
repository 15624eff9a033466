# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import contextlib
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects, selectors

Json = dict[str, t.Any]

KEYS = st.sampled_from(["app", "tier", "example.com/part-of", "in", "notin", "a.b_c"])
VALUES = st.sampled_from(["", "web", "db", "1.0", "in", "a_b-c"])
LABELS = st.dictionaries(KEYS, VALUES)
EXPRESSIONS = st.one_of(
    st.builds(
        lambda key, operator, values: {"key": key, "operator": operator, "values": values},
        KEYS,
        st.sampled_from(["In", "NotIn"]),
        st.lists(VALUES, min_size=1, unique=True),
    ),
    st.builds(
        lambda key, operator: {"key": key, "operator": operator}, KEYS, st.sampled_from(["Exists", "DoesNotExist"])
    ),
)


def meets(expression: Json, labels: dict[str, str]) -> bool:
    """By the words of the API's documentation."""
    key, values = expression["key"], expression.get("values")
    return {
        "In": lambda: key in labels and labels[key] in values,
        "NotIn": lambda: key not in labels or labels[key] not in values,
        "Exists": lambda: key in labels,
        "DoesNotExist": lambda: key not in labels,
    }[expression["operator"]]()


@given(st.dictionaries(KEYS, VALUES), st.lists(EXPRESSIONS, max_size=3), LABELS)
def test_a_workload_s_selector_selects_what_its_fields_say(
    wanted: dict[str, str], expressions: list[Json], labels: dict[str, str]
) -> None:
    text = objects.selector({"spec": {"selector": {"matchLabels": wanted, "matchExpressions": expressions}}})
    selected = wanted.items() <= labels.items() and all(meets(item, labels) for item in expressions)
    assert selectors.parse(text).selects(labels) is selected


@given(st.dictionaries(KEYS, VALUES), st.lists(EXPRESSIONS, max_size=3), LABELS)
def test_whatever_is_selected_has_the_pairs(
    wanted: dict[str, str], expressions: list[Json], labels: dict[str, str]
) -> None:
    text = objects.selector({"spec": {"selector": {"matchLabels": wanted, "matchExpressions": expressions}}})
    selector = selectors.parse(text)
    assert wanted.items() <= set(selector.pairs)
    assert not selector.selects(labels) or set(selector.pairs) <= labels.items()


@given(st.text(alphabet="ab=!,() innot./"))
def test_any_text_is_a_selector_or_refused(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert selectors.parse(text).selects({"a": "b"}) in (True, False)


@pytest.mark.parametrize(
    ("text", "labels", "selected"),
    [
        ("", {}, True),
        ("app == web", {"app": "web"}, True),
        ("app!=web", {}, True),
        ("app != web", {"app": "web"}, False),
        ("tier notin (a, b),app", {"tier": "b", "app": ""}, False),
        ("! canary, app=web", {"app": "web"}, True),
        ("app=", {"app": ""}, True),
        ("app=", {}, False),
    ],
)
def test_the_syntax_is_the_api_s(text: str, labels: dict[str, str], selected: bool) -> None:
    assert selectors.parse(text).selects(labels) is selected


@pytest.mark.parametrize("text", ["app web", "app in web", "=web", ",", "app=web,", "a=b=c d"])
def test_what_the_api_server_refuses_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no requirement"):
        selectors.parse(text)
