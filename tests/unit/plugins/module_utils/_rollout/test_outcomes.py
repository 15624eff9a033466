# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import outcomes


@pytest.mark.parametrize(
    ("more", "outcome"),
    [
        ({}, "complete"),
        ({"changed": False}, "unchanged"),
        ({"status": ""}, "predicted"),
        ({"status": "", "changed": False}, "unchanged"),
        ({"status": "paused"}, "paused"),
        ({"status": "paused", "changed": False}, "paused"),
        ({"status": "waiting", "changed": False}, "waiting"),
        ({"status": "paused", "failed": True}, "failed"),
        ({"failed": True}, "failed"),
        ({"failed": True, "rolled_back": {"revision": 1}}, "rolled back"),
        ({"status": "not_begun", "changed": False}, "not begun"),
        ({"status": "interrupted", "failed": True}, "interrupted"),
    ],
)
def test_the_outcome_in_a_word(more: dict[str, t.Any], outcome: str) -> None:
    assert outcomes.outcome({"status": "complete", "changed": True, "failed": False, **more}) == outcome
    assert outcome in outcomes.ALL
