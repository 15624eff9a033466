# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects recorded from a real cluster (tests/unit/fixtures), and the same objects with a few fields changed."""

from __future__ import annotations

import copy
import json
import pathlib
import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds import deployment as kind
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference, Snapshot

Json = dict[str, t.Any]

FIXTURES = pathlib.Path(__file__).parent / "fixtures"


def recorded(name: str) -> Json:
    """The object in that fixture, to do with as one likes."""
    return json.loads((FIXTURES / f"{name}.json").read_text())


def having(obj: Json, changes: Json) -> Json:
    """The object with these fields changed as by a merge patch: None takes a field away, lists are replaced."""
    result = copy.deepcopy(obj)
    for key, value in changes.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = having(result[key], value)
        else:
            result[key] = value
    return result


def with_image(obj: Json, version: str) -> Json:
    """A Deployment, ReplicaSet or pod that runs that version in its first container."""
    result = copy.deepcopy(obj)
    spec = result["spec"].get("template", result)["spec"]
    spec["containers"][0]["image"] = f"registry.lab:5000/app:{version}"
    return result


DEPLOYMENT, REPLICA_SET, POD = recorded("deployment"), recorded("replicaset"), recorded("pod")
NAMESPACE, NAME = objects.metadata(DEPLOYMENT)["namespace"], objects.name(DEPLOYMENT)
REFERENCE = Reference("Deployment", NAMESPACE, NAME)


def workload(version: str = "1.0", revision: int = 1, changes: Json | None = None) -> Json:
    """The Deployment, complete, at that version and revision."""
    notes = {"deployment.kubernetes.io/revision": str(revision)}
    counts = {"observedGeneration": revision}
    settled = having(DEPLOYMENT, {"metadata": {"annotations": notes, "generation": revision}, "status": counts})
    return having(with_image(settled, version), changes or {})


def revision(version: str, number: int, changes: Json | None = None) -> Json:
    """The ReplicaSet that the Deployment has for that version; its hash is made of the version."""
    template_hash = f"hash{version.replace('.', '')}"
    marks = {"labels": {objects.TEMPLATE_HASH: template_hash}}
    meta: Json = {"name": f"{NAME}-{template_hash}", "uid": f"uid-of-revision-{version}", **marks}
    meta["annotations"] = {"deployment.kubernetes.io/revision": str(number)}
    made = having(REPLICA_SET, {"metadata": meta, "spec": {"template": {"metadata": marks}}})
    return having(with_image(made, version), changes or {})


def pod(version: str, name: str = "x2k8p", changes: Json | None = None) -> Json:
    """A ready pod of that version's ReplicaSet."""
    owner = revision(version, 1)
    reference = having(
        objects.metadata(POD)["ownerReferences"][0], {"name": objects.name(owner), "uid": objects.uid(owner)}
    )
    meta = {
        "name": f"{objects.name(owner)}-{name}",
        "uid": f"uid-of-pod-{version}-{name}",
        "ownerReferences": [reference],
    }
    return having(with_image(having(POD, {"metadata": meta}), version), changes or {})


def unready(
    version: str, name: str = "x2k8p", *, state: Json | None = None, conditions: Json | None = None, **status: t.Any
) -> Json:
    """A pod of that version that does not take traffic: its container's state, further fields of the container's status."""
    made = pod(version, name)
    for condition in made["status"]["conditions"]:
        if condition["type"] in ("Ready", "ContainersReady"):
            condition.update(status="False", reason="ContainersNotReady")
        if conditions and condition["type"] == conditions["type"]:
            condition.update(conditions)
    container = made["status"]["containerStatuses"][0]
    container.update(ready=False, **status)
    if state is not None:
        container["state"] = state
    return made


def waiting(reason: str, message: str = "") -> Json:
    """A container's state."""
    return {"waiting": {"reason": reason, **({"message": message} if message else {})}}


def terminated(reason: str, code: int, message: str = "") -> Json:
    """A container's state, or its last one."""
    ended = {"exitCode": code, "reason": reason, "finishedAt": "2026-11-23T10:00:05Z", "message": message}
    return {"terminated": {key: value for key, value in ended.items() if value != ""}}


def event(about: Json, reason: str, message: str, container: str = "app") -> Json:
    """A warning of the kubelet about a container of that pod."""
    involved = {
        "kind": about["kind"],
        "namespace": NAMESPACE,
        "name": objects.name(about),
        "uid": objects.uid(about),
        **({"fieldPath": f"spec.containers{{{container}}}"} if container else {}),
    }
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": f"{objects.name(about)}.{reason.lower()}", "namespace": NAMESPACE},
        "involvedObject": involved,
        "type": "Warning",
        "reason": reason,
        "message": message,
        "count": 1,
        "firstTimestamp": "2026-11-23T10:00:02Z",
        "lastTimestamp": "2026-11-23T10:00:02Z",
    }


def snapshot(
    workload: Json | None, revisions: t.Sequence[Json] = (), pods: t.Sequence[Json] = (), events: t.Sequence[Json] = ()
) -> Snapshot:
    """What one look gathers of these objects."""
    return kind.gather(REFERENCE, ([workload] if workload else [], revisions, pods, events))


def rolling(
    pods: t.Sequence[Json], events: t.Sequence[Json] = (), *, old: t.Sequence[Json] = (), changes: Json | None = None
) -> Snapshot:
    """A rollout from 1.0 to 2.0 under way with these pods of 2.0."""
    counts = {"replicas": 3 + len(pods), "updatedReplicas": len(pods), "availableReplicas": 3, "readyReplicas": 3}
    present = workload("2.0", 2, having({"status": counts}, changes or {}))
    return snapshot(present, [revision("1.0", 1), revision("2.0", 2)], [*old, *pods], events)
