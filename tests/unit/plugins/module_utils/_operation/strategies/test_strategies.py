# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation import permissions, strategies
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, gates

Json = dict[str, t.Any]


@pytest.mark.parametrize("given", [None, "rolling", {"type": "rolling"}])
def test_the_rolling_one_is_the_controllers_own(given: t.Any) -> None:
    assert strategies.parse(given) is None


def test_a_word_is_enough() -> None:
    found = strategies.parse("canary")
    assert found is not None
    assert found.NAME == "canary"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("canery", "there is no 'canery'; canary is meant"),
        ({"steps": []}, "write its type"),
        ({"type": "rolling", "steps": []}, "strategy.steps: there is no such option"),
        (["canary"], "write its type"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence(given: t.Any, words: str) -> None:
    with pytest.raises(errors.InvalidInput, match=words):
        strategies.parse(given)


def test_every_strategy_has_its_rights() -> None:
    assert {form.NAME for form in strategies.STRATEGIES} == set(permissions.STRATEGIES)


def test_secrets_are_found_wherever_gates_stand() -> None:
    gate = {"http": {"url": "http://x", "secret_headers": {"Authorization": "hush"}}}
    written = {
        "type": "canary",
        "gates": [gate],
        "probe": {"secret_headers": {"b": "still"}},
        "steps": [{"gates": [{"http": {"secret_headers": {"a": "quiet"}}}]}, None, 5],
    }
    assert set(gates.secrets(list(strategies.gates_in(written)))) >= {"hush", "quiet", "still"}
    for broken in (None, 5, [], {"steps": 5}, {"steps": [{"gates": 5}]}):
        assert list(gates.secrets(list(strategies.gates_in(broken)))) == []
