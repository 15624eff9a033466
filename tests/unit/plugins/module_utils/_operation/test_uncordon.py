# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Settings
from ansible_collections.steady.rollout.plugins.module_utils._operation.uncordon import Uncordoned, uncordon
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, nodes, objects
from ansible_collections.steady.rollout.tests.unit import samples
from ansible_collections.steady.rollout.tests.unit.ward import NODE, NODE_OBJECT, OWN, Ward

Json = dict[str, t.Any]

FORMER = nodes.boot_id(NODE_OBJECT)
NOTE = nodes.Note("ann", "2026-11-23T10:00:00Z", FORMER, False)
SICK = {"status": {"conditions": [{"type": "Ready", "status": "False"}]}}


def lease(renewed: str) -> Json:
    meta = {"name": NODE, "namespace": nodes.LEASES}
    return {"kind": "Lease", "metadata": meta, "spec": {"renewTime": renewed}}


def in_maintenance(*items: Json, note: nodes.Note = NOTE, then: t.Sequence[t.Callable[[Ward], None]] = ()) -> Ward:
    ward = Ward(lease("1"), *items, then=then)
    ward.change(NODE, {"spec": {"unschedulable": True}, "metadata": {"annotations": {nodes.MAINTENANCE: note.text}}})
    ward.items = [item for item in ward.items if item["kind"] != "Lease"] + [lease("1")]
    return ward


def renewed(ward: Ward) -> None:
    ward.items = [lease("2") if item["kind"] == "Lease" else item for item in ward.items]


def booted(ward: Ward) -> None:
    ward.items = [
        samples.having(item, {"status": {"nodeInfo": {"bootID": "another"}}}) if item["kind"] == "Node" else item
        for item in ward.items
    ]


def uncordoned(ward: Ward, former: str = "", **settings: t.Any) -> Uncordoned:
    return uncordon(ward.ports, t.cast(t.Any, ward), NODE, former, Settings(**settings))


def test_a_node_that_lives_takes_pods_again_and_its_note_goes() -> None:
    ward = in_maintenance(then=[renewed])
    outcome = uncordoned(ward)
    assert (outcome.failed, outcome.changed, outcome.message) == (False, True, f"Node {NODE}: it takes pods again.")
    assert not nodes.cordoned(ward.node)
    assert nodes.MAINTENANCE not in objects.annotations_of(ward.node)
    again = uncordoned(ward)
    assert (again.changed, again.message) == (False, f"Node {NODE} takes pods.")


def test_a_ready_of_before_is_not_enough() -> None:
    ward = in_maintenance()
    outcome = uncordoned(ward, timeout=4)
    assert (outcome.failed, outcome.changed) == (True, False)
    assert "did not come back within 4.0 s: its kubelet has not renewed its Lease yet" in outcome.message
    assert "It stays cordoned" in outcome.message
    assert nodes.cordoned(ward.node)


def test_a_node_that_was_to_boot_has_to_have_booted() -> None:
    outcome = uncordoned(in_maintenance(then=[renewed]), FORMER, timeout=4)
    assert "has not told of another boot yet" in outcome.message
    ward = in_maintenance(then=[booted])
    outcome = uncordoned(ward, FORMER)
    assert (outcome.failed, outcome.boot_id) == (False, "another")


def test_its_own_pods_have_to_be_ready_but_those_that_were_not_before() -> None:
    ward = in_maintenance(then=[renewed])
    ward.change(objects.name(OWN), SICK)
    assert f"not ready on it: {objects.name(OWN)}" in uncordoned(ward, timeout=4).message
    ward = in_maintenance(note=replace(NOTE, sick=(objects.name(OWN),)), then=[renewed])
    ward.change(objects.name(OWN), SICK)
    assert not uncordoned(ward, timeout=4).failed


def test_a_node_that_somebody_else_had_cordoned_stays_so_and_that_is_said() -> None:
    ward = in_maintenance(note=replace(NOTE, cordoned_before=True), then=[renewed])
    outcome = uncordoned(ward)
    assert "It was cordoned by somebody else before, and stays so." in outcome.message
    assert nodes.cordoned(ward.node)
    assert nodes.MAINTENANCE not in objects.annotations_of(ward.node)


def test_a_node_that_is_gone_is_told() -> None:
    ward = in_maintenance(then=[lambda here: here.remove(NODE)])
    assert "the cluster has no such node any more" in uncordoned(ward, FORMER, timeout=4).message


def test_its_workloads_are_waited_for() -> None:
    note = replace(NOTE, workloads=(samples.REFERENCE,))
    ward = in_maintenance(samples.workload(), samples.REPLICA_SET, note=note, then=[renewed])
    outcome = uncordoned(ward)
    assert [(each.reference, each.status) for each in outcome.results] == [(samples.REFERENCE, "complete")]


def test_a_workload_that_does_not_become_good_again_fails_it_and_the_note_stays_for_the_next_run() -> None:
    note = replace(NOTE, workloads=(samples.REFERENCE,))
    sick = samples.workload(changes={"status": {"availableReplicas": 0, "readyReplicas": 0}})
    ward = in_maintenance(sick, samples.REPLICA_SET, note=note, then=[renewed])
    outcome = uncordoned(ward, timeout=3)
    assert outcome.failed
    assert outcome.message.startswith(
        f"Node {NODE}: it takes pods again. Of the workloads that had pods on it 1 did not"
    )
    kept = nodes.note_of(ward.node)
    assert kept and kept.returned
    ward.change("app", samples.workload())
    assert not uncordoned(ward).failed, "the same again waits for the workloads alone"
    assert nodes.MAINTENANCE not in objects.annotations_of(ward.node)


def test_check_mode_says_what_would_be_and_waits_for_nothing() -> None:
    ward = in_maintenance()
    outcome = uncordoned(ward, dry_run=True)
    assert (outcome.message, outcome.changed, ward.patches) == (f"Node {NODE}: it would take pods again.", True, [])
    assert (outcome.diff["before"], outcome.diff["after"]) == ("unschedulable: true\n", "unschedulable: false\n")


def test_whoever_interrupts_it_is_told_that_the_node_stays_cordoned() -> None:
    def interrupted(_ward: Ward) -> None:
        raise errors.Interrupted("Stopped by SIGTERM.")

    with pytest.raises(errors.Interrupted, match=f"Stopped by SIGTERM. Node {NODE}: It stays cordoned"):
        uncordoned(in_maintenance(then=[interrupted]))
