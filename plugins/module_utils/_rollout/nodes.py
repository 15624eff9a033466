# SPDX-License-Identifier: GPL-3.0-or-later
"""A node in maintenance: how it is, and what is noted on it so that whoever goes on knows what was there before."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass

from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects, resources
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference

Json = dict[str, t.Any]

RESOURCE = resources.NODE
MAINTENANCE = "steady.rollout/maintenance"
LEASES = "kube-node-lease"
"""The namespace in which each kubelet renews its Lease every ten seconds."""


@dataclass(frozen=True)
class Note:
    """The maintenance that a node is in: who began it and when, in which boot of the node, and whether it was cordoned already.

    ``workloads`` had pods on it and were complete, ``sick`` pods of its own were not ready. ``returned``: the node is back in service,
    and only these workloads are still waited for.
    """

    by: str
    at: str
    boot_id: str
    cordoned_before: bool
    workloads: tuple[Reference, ...] = ()
    sick: tuple[str, ...] = ()
    returned: bool = False

    @property
    def text(self) -> str:
        """As it stands in the annotation."""
        workloads = [str(reference) for reference in self.workloads]
        return json.dumps({**vars(self), "workloads": workloads}, ensure_ascii=False)


def note_of(node: Json) -> Note | None:
    """The note on the node; None when it is in no maintenance of ours, or somebody has ended that by uncordoning it."""
    try:
        kept = json.loads(objects.annotations_of(node).get(MAINTENANCE, ""))
        workloads = tuple(_reference(text) for text in kept.pop("workloads"))
        note = Note(**{**kept, "sick": tuple(kept["sick"])}, workloads=workloads)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return note if cordoned(node) or note.returned else None


def _reference(text: str) -> Reference:
    kind, _blank, place = text.partition(" ")
    namespace, _slash, name = place.partition("/")
    return Reference(kind, namespace, name)


def cordoned(node: Json) -> bool:
    """Whether no new pod is scheduled onto it."""
    return bool(objects.spec(node).get("unschedulable"))


def boot_id(node: Json) -> str:
    """Which boot the kubelet that wrote the status runs in."""
    return str((objects.status(node).get("nodeInfo") or {}).get("bootID", ""))


def unready(node: Json) -> str:
    """Why the node is not ready, in the words of its condition; empty when it is."""
    ready = objects.condition(node, "Ready")
    if ready.get("status") == "True":
        return ""
    words = " ".join(str(ready.get("message") or ready.get("reason") or "it has no condition Ready").split())
    return f"not Ready ({words.rstrip('.')})"


def starting(pods: t.Iterable[Json]) -> tuple[str, ...]:
    """The node's own pods (those of DaemonSets and of its kubelet) that are not ready, by name."""
    own = (pod for pod in pods if belongs_to_node(pod) and objects.active(pod))
    return tuple(sorted(objects.name(pod) for pod in own if not objects.takes_traffic(pod)))


def stays_cordoned(note: Note | None) -> str:
    """In which state the node is left, in one sentence."""
    if note and note.cordoned_before:
        return "It was cordoned by somebody else before, and stays so."
    return "It stays cordoned: run the same again to go on, or let pods onto it with kubectl uncordon."


def belongs_to_node(pod: Json) -> str:
    """What binds the pod to its node, so that it stays there; empty for a pod that may go."""
    if "kubernetes.io/config.mirror" in objects.annotations_of(pod):
        return "its kubelet's own"
    owner = owner_of(pod)
    return "of a DaemonSet" if owner and owner.kind == resources.DAEMON_SET.kind else ""


def owner_of(obj: Json) -> Reference | None:
    """What controls the pod or ReplicaSet; None when nothing does."""
    meta = objects.metadata(obj)
    for reference in meta.get("ownerReferences") or ():
        if reference.get("controller"):
            return Reference(
                str(reference.get("kind", "")), str(meta.get("namespace", "")), str(reference.get("name", ""))
            )
    return None
