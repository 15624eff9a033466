# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings import volume
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Finding, Limits, View
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds import deployment
from ansible_collections.steady.rollout.tests.unit import samples

Json = dict[str, t.Any]

LIMITS = Limits(volume_grace=120.0, config_grace=15.0)
CREATING = samples.waiting("ContainerCreating")
NO_SECRET = 'MountVolume.SetUp failed for volume "s" : secret "missing" not found'
NO_KEY = 'MountVolume.SetUp failed for volume "s" : configmap references non-existent config key: nokey'
NO_PATH = 'MountVolume.SetUp failed for volume "s" : hostPath type check failed, /no/such is not a directory'
NO_CACHE = (
    'MountVolume.SetUp failed for volume "s" : failed to sync configmap cache: timed out waiting for the condition'
)
SUMMARY = (
    "Unable to attach or mount volumes: unmounted volumes=[s], unattached volumes=[], failed to process volumes=[]"
)
UNBOUND = "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found"


def found(*told: tuple[str, str], state: Json | None = None, prepared: str = "False") -> list[Finding]:
    pod = samples.unready(
        "2.0", state=state or CREATING, conditions={"type": "PodReadyToStartContainers", "status": prepared}
    )
    events = [
        samples.having(samples.event(pod, reason, words, ""), {"lastTimestamp": f"2026-11-23T10:00:0{number}Z"})
        for number, (reason, words) in enumerate(told)
    ]
    return list(volume.find(View(deployment, samples.rolling([pod], events), LIMITS)))


@pytest.mark.parametrize(
    ("reason", "words", "title", "grace"),
    [
        ("FailedMount", NO_SECRET, "volume cannot be mounted", 15.0),
        ("FailedMount", NO_KEY, "volume cannot be mounted", 15.0),
        ("FailedMount", NO_PATH, "volume cannot be mounted", 120.0),
        ("FailedAttachVolume", "Multi-Attach error for volume pvc-1", "volume cannot be attached", 120.0),
    ],
)
def test_a_volume_that_does_not_come_is_told_in_the_nodes_words(
    reason: str, words: str, title: str, grace: float
) -> None:
    (finding,) = found((reason, words))
    assert (finding.code, finding.title, finding.message, finding.grace) == ("volume", title, words, grace)
    assert finding.evidence["event"]["reason"] == reason


def test_the_volume_that_is_named_says_more_than_the_summary_of_all() -> None:
    (finding,) = found(("FailedMount", NO_PATH), ("FailedMount", SUMMARY))
    assert finding.message == NO_PATH
    assert found(("FailedMount", SUMMARY))[0].message == SUMMARY


def test_the_latest_words_count() -> None:
    assert found(("FailedMount", NO_PATH), ("FailedMount", NO_SECRET))[0].message == NO_SECRET


def test_a_kubelet_that_has_not_read_it_yet_is_no_finding() -> None:
    assert found(("FailedMount", NO_CACHE)) == []


@pytest.mark.parametrize(
    ("state", "prepared"),
    [({"running": {}}, "False"), (CREATING, "True"), (samples.waiting("ErrImagePull"), "False")],
    ids=["it runs", "its sandbox is there", "it waits for something else"],
)
def test_a_mount_that_came_in_the_end_is_no_finding(state: Json, prepared: str) -> None:
    assert found(("FailedMount", NO_PATH), state=state, prepared=prepared) == []


def unbound(words: str, *volumes: Json, claim: str = "data") -> list[Finding]:
    held = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": words}
    pod = samples.having(samples.unready("2.0", conditions=held), {"spec": {"volumes": list(volumes)}})
    about = {"kind": "PersistentVolumeClaim", "metadata": {"name": claim, "uid": "claim"}}
    told = samples.event(about, "ProvisioningFailed", 'storageclass.storage.k8s.io "nowhere" not found', "")
    return list(volume.find(View(deployment, samples.rolling([pod], [told]), LIMITS)))


CLAIM = {"name": "data", "persistentVolumeClaim": {"claimName": "data"}}


def test_a_claim_that_is_not_bound_is_told_with_what_its_own_events_say() -> None:
    (finding,) = unbound(UNBOUND, CLAIM, {"name": "tmp", "emptyDir": {}})
    assert (finding.code, finding.title, finding.grace) == ("volume", "volume claim is not bound", 120.0)
    assert finding.message == f'{UNBOUND}; data: storageclass.storage.k8s.io "nowhere" not found'
    assert finding.evidence["claims"] == ["data"]


def test_the_events_of_another_pods_claim_are_not_taken() -> None:
    (finding,) = unbound(UNBOUND, CLAIM, claim="others")
    assert finding.message == UNBOUND


def test_a_claim_that_does_not_exist_is_a_volumes_trouble() -> None:
    assert unbound('0/3 nodes are available: persistentvolumeclaim "data" not found. not found', CLAIM)


def test_an_ephemeral_volumes_claim_is_named_after_its_pod() -> None:
    pod = samples.having(samples.unready("2.0"), {"spec": {"volumes": [{"name": "scratch", "ephemeral": {}}]}})
    assert volume.claims(pod) == {f"{pod['metadata']['name']}-scratch"}


def test_a_pod_that_no_node_has_room_for_has_no_volume_trouble() -> None:
    assert unbound("0/3 nodes are available: 3 Insufficient cpu.", CLAIM) == []
