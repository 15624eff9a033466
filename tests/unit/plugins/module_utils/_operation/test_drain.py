# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation.drain import Drained, Wanted, drain
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Settings
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, nodes, objects, windows
from ansible_collections.steady.rollout.tests.unit import samples
from ansible_collections.steady.rollout.tests.unit.ward import BUDGET, CLOSED, NODE, NODE_OBJECT, OWN, Ward, pod

# The clock begins on Monday, 2026-11-23 at 10:00 UTC.
SHUT = windows.read([{"rrule": "FREQ=WEEKLY;BYDAY=TU;BYHOUR=22", "duration": "3h"}], [], 300.0)


def drained(ward: Ward, wanted: Wanted | None = None, **settings: t.Any) -> Drained:
    return drain(ward.ports, t.cast(t.Any, ward), wanted or Wanted(NODE), Settings(holder="ann@desk", **settings))


def test_pods_go_the_nodes_own_stay_and_the_cordon_is_said_to_stay() -> None:
    ward = Ward(pod("app-1"), pod("app-2"), BUDGET)
    outcome = drained(ward, Wanted(NODE, grace_period=7))
    assert (outcome.failed, outcome.changed, outcome.evicted) == (False, True, ("shop/app-1", "shop/app-2"))
    assert ward.asked == [("shop", "app-1", 7), ("shop", "app-2", 7)]
    assert outcome.message.startswith(f"Node {NODE} is drained: 2 pods evicted, 1 stay with it. It stays cordoned")
    assert nodes.cordoned(ward.node)
    note = nodes.note_of(ward.node)
    assert note and (note.by, note.boot_id, note.cordoned_before) == ("ann@desk", nodes.boot_id(NODE_OBJECT), False)
    assert [objects.name(item) for item in ward.items if item["kind"] == "Pod"] == [objects.name(OWN)]


def test_a_drained_node_is_left_alone() -> None:
    ward = Ward(pod("app-1"))
    drained(ward)
    before = len(ward.patches)
    outcome = drained(ward)
    assert (outcome.changed, outcome.resumed, outcome.booted, len(ward.patches)) == (False, True, False, before)


def test_a_later_run_knows_that_the_node_has_booted_and_who_had_cordoned_it() -> None:
    ward = Ward()
    ward.change(NODE, {"spec": {"unschedulable": True}})
    assert "cordoned by somebody else before, and stays so" in drained(ward).message
    ward.change(NODE, {"status": {"nodeInfo": {"bootID": "other"}}})
    outcome = drained(ward)
    assert (outcome.booted, outcome.note.cordoned_before) == (True, True)
    assert outcome.note.boot_id == nodes.boot_id(NODE_OBJECT)


def test_a_node_that_is_back_already_is_not_drained_again() -> None:
    ward = Ward(pod("app-1"))
    note = nodes.Note("ann", "", "b1", False, (samples.REFERENCE,), returned=True)
    ward.change(NODE, {"metadata": {"annotations": {nodes.MAINTENANCE: note.text}}})
    outcome = drained(ward)
    assert (outcome.note.returned, outcome.changed, ward.asked, ward.patches) == (True, False, [], [])


def test_a_budget_that_lets_no_pod_go_is_named_at_once_and_asked_again_when_it_changes() -> None:
    def opened(ward: Ward) -> None:
        ward.change("app", {"metadata": {"resourceVersion": "2"}, "status": {"disruptionsAllowed": 1}})

    ward = Ward(pod("app-1"), CLOSED, then=[lambda _ward: None, opened])
    outcome = drained(ward)
    assert not outcome.failed
    assert len(ward.asked) == 2, "asked once, and once more when the budget had changed"
    assert outcome.seconds < 5, "by the film's clock: sooner than it asks without news"
    told = [line for line in ward.heard.lines if "PodDisruptionBudget shop/app lets no pod go: 1 of 2" in line]
    assert len(told) == 1


def test_without_news_an_eviction_is_asked_for_again_after_a_while() -> None:
    ward = Ward(pod("app-1"), CLOSED)
    assert drained(ward, timeout=12).failed
    assert len(ward.asked) == 3


def test_a_failure_names_the_budget_and_leaves_the_cordon_in_so_many_words() -> None:
    ward = Ward(pod("app-1"), CLOSED)
    outcome = drained(ward, timeout=3)
    lines = outcome.message.splitlines()
    assert lines[0] == f"Draining of node {NODE} failed after 3.0 s: 1 pod of it did not go."
    assert lines[1].startswith("  pod app-1: PodDisruptionBudget shop/app lets no pod go")
    assert lines[-2].startswith(f"0 pods left node {NODE}. It stays cordoned")
    assert outcome.findings[0].code == "disruption_budget"
    assert nodes.cordoned(ward.node)


def test_a_pod_that_does_not_end_is_named() -> None:
    ward = Ward(pod("app-1", {"metadata": {"deletionTimestamp": "2026-11-23T09:00:00Z"}}))
    outcome = drained(ward, timeout=3)
    assert (outcome.failed, outcome.findings[0].code, ward.asked) == (True, "terminating", [])


def test_pods_that_nobody_agreed_to_lose_are_refused_before_anything_is_written() -> None:
    ward = Ward(pod("app-1", {"metadata": {"ownerReferences": None}}))
    with pytest.raises(errors.Refused, match=f"Node {NODE} was not changed: pod shop/app-1 has no controller"):
        drained(ward)
    assert ward.patches == []


def test_outside_the_windows_a_node_is_not_begun_with_but_seen_through() -> None:
    ward = Ward(pod("app-1"))
    with pytest.raises(errors.Refused, match=f"Node {NODE} was not changed: no maintenance window is open"):
        drained(ward, calendar=SHUT)
    assert ward.patches == []
    drained(ward, calendar=SHUT, break_glass="the disk dies")
    assert "the disk dies" in objects.annotations_of(ward.node)[windows.BREAK_GLASS]
    assert drained(ward, calendar=SHUT).resumed


def test_check_mode_says_what_would_go_and_writes_nothing() -> None:
    ward = Ward(pod("app-1"))
    outcome = drained(ward, dry_run=True)
    assert (outcome.evicted, outcome.changed, ward.asked, ward.patches) == (("shop/app-1",), True, [], [])
    assert outcome.diff["before"] == "unschedulable: false\npod: shop/app-1\n"


def test_a_right_that_is_missing_is_told_before_anything_is_written() -> None:
    ward = Ward(pod("app-1"))
    ward.denied = frozenset(["create pods/eviction"])
    with pytest.raises(errors.Forbidden, match="create pods/eviction in the whole cluster"):
        drained(ward)
    assert ward.patches == []


def test_whoever_interrupts_it_is_told_that_the_node_stays_cordoned() -> None:
    def interrupted(_ward: Ward) -> None:
        raise errors.Interrupted("Stopped by SIGTERM.")

    with pytest.raises(errors.Interrupted, match=f"Stopped by SIGTERM. Node {NODE}: It stays cordoned"):
        drained(Ward(pod("app-1"), CLOSED, then=[interrupted]))


def test_only_workloads_that_were_complete_are_noted() -> None:
    sick = samples.workload(changes={"status": {"availableReplicas": None, "readyReplicas": None}})
    ward = Ward(pod("app-1"), samples.REPLICA_SET, sick)
    assert drained(ward).note.workloads == ()
    assert any("is not complete before the drain" in line for line in ward.heard.lines)
    well = Ward(pod("app-1"), samples.revision("1.0", 1), samples.workload(), samples.REPLICA_SET)
    assert drained(well).note.workloads == (samples.REFERENCE,)
