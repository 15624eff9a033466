# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest

from ansible_collections.steady.rollout.tests.compare.comparison.state import State, state_of


@pytest.fixture
def objects() -> t.Any:
    """A Deployment of three pods on 1.0 whose upgrade to 3.0 hangs: that version never becomes ready."""
    return json.loads((pathlib.Path(__file__).parent / "fixtures/never_ready.json").read_text())


def test_ready_pods_others_and_the_template_are_told_by_version(objects: t.Any) -> None:
    assert state_of(objects) == State({"1.0": 3}, {"3.0": 1}, "3.0", frozenset({"deployment.kubernetes.io/revision"}))


def test_a_pod_that_is_leaving_does_not_count(objects: t.Any) -> None:
    for found in objects:
        if found["kind"] == "Pod":
            found["metadata"]["deletionTimestamp"] = "2026-01-31T12:00:00Z"
    assert state_of(objects) == State({}, {}, "3.0", frozenset({"deployment.kubernetes.io/revision"}))
