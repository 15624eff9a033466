# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds import deployment
from ansible_collections.steady.rollout.tests.unit import samples

Json = dict[str, t.Any]

REVISIONS = [samples.revision("1.0", 1), samples.revision("2.0", 2)]


def judged(changes: Json) -> t.Any:
    """The status of the Deployment at 2.0, complete but for these changes."""
    return deployment.judge(samples.snapshot(samples.workload("2.0", 2, changes), REVISIONS))


def test_it_is_complete_when_everything_holds() -> None:
    assert judged({}).complete


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"metadata": {"generation": 3}}, "waiting for the controller to see the new spec"),
        ({"status": {"observedGeneration": None}}, "waiting for the controller to see the new spec"),
        ({"status": {"observedGeneration": 0}}, "waiting for the controller to see the new spec"),
        ({"status": None}, "waiting for the controller to see the new spec"),
        ({"spec": {"paused": True}}, "it is paused; resume it to let it roll"),
        ({"status": {"updatedReplicas": None}}, "0 of 3 new pods exist"),
        ({"status": {"updatedReplicas": 2, "replicas": 2}}, "2 of 3 new pods exist"),
        ({"status": {"replicas": 4}}, "1 old pods are still there"),
        ({"status": {"availableReplicas": 2}}, "2 of 3 new pods are available"),
        ({"status": {"availableReplicas": None}}, "0 of 3 new pods are available"),
        ({"spec": {"replicas": 2}}, "1 pods are more than wanted"),
        ({"spec": {"replicas": 5}}, "3 of 5 new pods exist"),
        ({"metadata": {"annotations": {"deployment.kubernetes.io/revision": None}}}, "waiting for the ReplicaSet"),
        ({"metadata": {"annotations": {"deployment.kubernetes.io/revision": "9"}}}, "waiting for the ReplicaSet"),
    ],
)
def test_it_is_not_complete_while_something_is_missing(changes: Json, missing: str) -> None:
    status = judged(changes)
    assert not status.complete
    assert missing in status.message


def test_a_paused_workload_is_never_complete_whatever_else_is_missing() -> None:
    assert "paused" in judged({"spec": {"paused": True}, "status": None}).message


def test_a_workload_that_is_gone_is_not_complete() -> None:
    assert not deployment.judge(samples.snapshot(None)).complete


def test_replicas_default_to_one() -> None:
    counts = {"replicas": 1, "updatedReplicas": 1, "availableReplicas": 1}
    assert judged({"spec": {"replicas": None}, "status": counts}).complete


def test_scaled_to_zero_is_complete_with_no_pods() -> None:
    counts = {"replicas": None, "updatedReplicas": None, "availableReplicas": None}
    assert judged({"spec": {"replicas": 0}, "status": counts}).complete


def test_the_replica_set_of_another_deployment_with_the_same_labels_is_never_chosen() -> None:
    owner = {**REVISIONS[1]["metadata"]["ownerReferences"][0], "uid": "another-deployment"}
    stranger = samples.having(REVISIONS[1], {"metadata": {"ownerReferences": [owner]}})
    snapshot = samples.snapshot(samples.workload("2.0", 2), [REVISIONS[0], stranger], [samples.pod("2.0")])
    assert snapshot.newest is None
    assert snapshot.new_pods == ()
    assert snapshot.revisions == (REVISIONS[0],)


def test_another_template_under_the_present_number_is_not_the_newest_revision() -> None:
    """A change of template and replicas together is counted as observed before its ReplicaSet is made."""
    present = samples.workload("2.0", 2, {"metadata": {"annotations": {"deployment.kubernetes.io/revision": "1"}}})
    snapshot = samples.snapshot(present, REVISIONS[:1], [samples.pod("1.0")])
    assert snapshot.newest is None
    assert snapshot.old_pods == (samples.pod("1.0"),)


def test_pods_are_new_or_old_by_the_replica_set_that_controls_them() -> None:
    stray = samples.having(samples.pod("2.0", "stray"), {"metadata": {"ownerReferences": None}})
    snapshot = samples.rolling([samples.pod("2.0"), stray], old=[samples.pod("1.0")])
    assert snapshot.new_pods == (samples.pod("2.0"),)
    assert snapshot.old_pods == (samples.pod("1.0"),)


def test_all_pods_are_old_until_the_new_revision_is_known() -> None:
    present = samples.workload("2.0", 2, {"metadata": {"generation": 3}})
    snapshot = samples.snapshot(present, REVISIONS, [samples.pod("1.0"), samples.pod("2.0")])
    assert (snapshot.newest, len(snapshot.new_pods)) == (None, 0)


def test_only_the_workload_of_that_name_is_taken() -> None:
    other = samples.workload("2.0", 2, {"metadata": {"name": "app-two"}})
    assert deployment.gather(samples.REFERENCE, ([other], [], [], [])).workload is None


def test_it_watches_itself_its_owned_by_its_whole_selector_and_warnings() -> None:
    scopes = deployment.scopes(samples.workload())
    assert [(scope.resource.plural, scope.labels, scope.fields) for scope in scopes] == [
        ("deployments", "", f"metadata.name={samples.NAME}"),
        ("replicasets", objects.selector(samples.workload()), ""),
        ("pods", objects.selector(samples.workload()), ""),
        ("events", "", "type=Warning"),
    ]
    assert {scope.namespace for scope in scopes} == {samples.NAMESPACE}


@pytest.mark.parametrize(
    ("changes", "ready"),
    [
        ({}, True),
        ({"status": {"conditions": []}}, False),
        ({"metadata": {"deletionTimestamp": "2026-11-23T10:00:09Z"}}, False),
    ],
)
def test_a_pod_that_leaves_takes_no_traffic(changes: Json, ready: bool) -> None:
    assert deployment.is_ready(samples.having(samples.POD, changes)) is ready


def test_the_hash_names_the_template_for_good() -> None:
    assert (
        deployment.identity(samples.revision("2.0", 2)) == deployment.identity(samples.revision("2.0", 7)) == "hash20"
    )


def test_only_a_paused_workload_is_refused_with_the_way_out() -> None:
    assert deployment.refusal(samples.workload()) == ""
    paused = samples.workload(changes={"spec": {"paused": True}})
    assert f"kubectl -n {samples.NAMESPACE} rollout resume deployment/{samples.NAME}" in deployment.refusal(paused)


@pytest.mark.parametrize(
    ("replicas", "strategy", "surge"),
    [
        (3, {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}, (1, 0)),
        (3, {"rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}}, (1, 0)),
        (10, {"rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}}, (3, 2)),
        (4, None, (1, 1)),
        (1, {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": "25%"}}, (0, 1)),
        (3, {"type": "Recreate", "rollingUpdate": None}, (0, 3)),
    ],
)
def test_surge_is_rounded_up_and_unavailable_down(replicas: int, strategy: Json | None, surge: tuple[int, int]) -> None:
    changed = samples.workload(changes={"spec": {"replicas": replicas, "strategy": strategy}})
    assert deployment.surge(changed) == surge


def test_pausing_and_resuming_change_nothing_else() -> None:
    assert deployment.pause_patch(samples.workload(), True) == {"spec": {"paused": True}}
    assert deployment.pause_patch(samples.workload(), False) == {"spec": {"paused": False}}


def test_whether_it_is_paused_stands_in_its_spec() -> None:
    assert not deployment.paused(samples.workload())
    assert deployment.paused(samples.workload(changes=deployment.pause_patch(samples.workload(), True)))


def test_its_number_stands_on_itself() -> None:
    assert deployment.number_of(samples.workload("2.0", 7), ()) == 7
    assert deployment.number_of(samples.workload(changes={"metadata": {"annotations": None}}), REVISIONS) == 0


def test_no_pod_of_a_deployment_stands_in_the_way_of_another() -> None:
    assert deployment.stuck(samples.rolling([samples.unready("2.0")], old=[samples.unready("1.0")])) == ()
    assert not deployment.ONE_IS_ENOUGH
