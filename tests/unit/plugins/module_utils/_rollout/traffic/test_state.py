# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic import state
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic.state import State

STATE = State(
    "canary", "2.0", "abc", "app", "app", (1, 7), ("Gateway a/b",), "t1", 2, 3, 25, "2026-01-31T12:00:00Z", True
)


def test_what_is_kept_is_read_again() -> None:
    assert state.read({"metadata": {"annotations": state.annotation(STATE)}}) == STATE


def test_what_somebody_broke_is_none() -> None:
    for text in ("", "no", "[]", "{}", '{"weights": 1, "parents": []}'):
        assert state.read({"metadata": {"annotations": {state.ANNOTATION: text}}}) is None
    assert state.read({}) is None


def test_it_is_told_in_words_and_as_facts() -> None:
    assert STATE.words == "at step 2 of 3, weight 25 of 100, waiting for approval, since 2026-01-31T12:00:00Z"
    facts = STATE.facts()
    assert (facts["step"], facts["steps"], facts["weight"], facts["waiting"]) == (2, 3, 25, True)
    assert "track" not in facts
