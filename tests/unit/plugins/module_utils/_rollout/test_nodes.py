# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import nodes
from ansible_collections.steady.rollout.tests.unit import samples
from ansible_collections.steady.rollout.tests.unit.ward import NODE_OBJECT, OWN, pod

NOTE = nodes.Note("ann", "2026-11-23T10:00:00Z", "b1", False, (samples.REFERENCE,), ("own-1",))
CORDONED = {"spec": {"unschedulable": True}}
NOT_READY = [{"type": "Ready", "status": "Unknown", "message": "Kubelet stopped posting node status."}]


def noted(text: str, changes: dict[str, object] | None = None) -> dict[str, object]:
    return samples.having(
        samples.having(NODE_OBJECT, CORDONED if changes is None else changes),
        {"metadata": {"annotations": {nodes.MAINTENANCE: text}}},
    )


def test_a_note_comes_back_as_it_was_written() -> None:
    assert nodes.note_of(noted(NOTE.text)) == NOTE


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"workloads": [3]}', '{"workloads": [], "sick": [], "more": 1}']
)
def test_what_nobody_can_read_is_no_note(text: str) -> None:
    assert nodes.note_of(noted(text)) is None


def test_who_uncordons_by_hand_ends_the_maintenance() -> None:
    assert nodes.note_of(noted(NOTE.text, {})) is None


def test_a_node_that_is_back_is_still_waited_for() -> None:
    text = NOTE.text.replace('"returned": false', '"returned": true')
    note = nodes.note_of(noted(text, {}))
    assert note and note.returned


def test_a_node_is_ready_or_its_condition_says_why_not() -> None:
    assert nodes.unready(NODE_OBJECT) == ""
    away = samples.having(NODE_OBJECT, {"status": {"conditions": NOT_READY}})
    assert nodes.unready(away) == "not Ready (Kubelet stopped posting node status)"
    assert nodes.unready({}) == "not Ready (it has no condition Ready)"


def test_only_the_nodes_own_pods_are_waited_for() -> None:
    sick = {"status": {"conditions": [{"type": "Ready", "status": "False"}]}}
    mirror = pod("etcd", {"metadata": {"annotations": {"kubernetes.io/config.mirror": "1"}}, **sick})
    assert nodes.starting([OWN, mirror, pod("app-1", sick)]) == ("etcd",)


def test_a_cordon_of_somebody_else_is_said_to_stay() -> None:
    assert "somebody else" in nodes.stays_cordoned(nodes.Note("", "", "", True))
    assert "kubectl uncordon" in nodes.stays_cordoned(NOTE)
