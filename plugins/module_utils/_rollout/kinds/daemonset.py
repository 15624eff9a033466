# SPDX-License-Identifier: GPL-3.0-or-later
"""DaemonSets: when they are complete, what their revisions are, and what becomes of nodes that are not ready."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.steady.rollout.plugins.module_utils._rollout import (
    controller_revisions,
    errors,
    objects,
    quantities,
    resources,
    status,
)
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference, Snapshot

Json = dict[str, t.Any]

RESOURCE = resources.DAEMON_SET
REVISION_RESOURCE = resources.CONTROLLER_REVISION
ONE_IS_ENOUGH = True
UNSCALABLE = (
    "a DaemonSet has one pod on each node that it selects, and no number of replicas."
    " Change its nodeSelector, affinity or tolerations instead."
)

observed = objects.observed
is_ready = objects.takes_traffic
revision_number = controller_revisions.number
number_of = controller_revisions.number_of
template_of = controller_revisions.template_of
newest_revision = controller_revisions.with_template


def scopes(workload: Json, *, nodes: bool = False) -> tuple[resources.Scope, ...]:
    """What has to be watched to judge it. Nodes belong to the whole cluster, so they are read only when somebody wants it."""
    own = controller_revisions.scopes(RESOURCE, workload)
    return (*own, resources.Scope(resources.NODE, "")) if nodes else own


def gather(reference: Reference, seen: t.Iterable[t.Sequence[Json]]) -> Snapshot:
    """Put what ``scopes`` asked for, in that order, together by owner; with nodes among it, pods on unready ones are left out."""
    own, nodes = (parts := list(seen))[:4], parts[4:]
    snapshot = controller_revisions.gather(reference, own, newest_revision, identity)
    unready = {objects.name(node): node for node in (nodes[0] if nodes else ()) if not _node_is_ready(node)}
    return _without(snapshot, unready) if unready else snapshot


def identity(revision: Json) -> str:
    """The hash of the template, which its pods carry as a label."""
    return objects.labels(revision).get(objects.REVISION_HASH, objects.name(revision))


def judge(snapshot: Snapshot) -> status.Status:
    """Complete or what is still missing, counted in nodes as the controller does. Missing data is never complete.

    The news of its last pods may come after the controller's that it is complete, which then counts.
    """
    workload = snapshot.workload
    if workload is None:
        return status.Status(False, "it does not exist")
    goal = max(wanted(workload) - len(_nodes(snapshot.left_out)), 0)
    updated = _counted(snapshot, "updatedNumberScheduled", is_updated)
    at_hand = _counted(snapshot, "numberAvailable", lambda _snapshot, pod: is_ready(pod))
    to_go = [pod for pod in snapshot.old_pods if objects.active(pod)]
    ready = sum(1 for pod in snapshot.new_pods if is_ready(pod))
    aside = f" (without {', '.join(sorted(_nodes(snapshot.left_out)))})" if snapshot.left_out else ""

    def answer(complete: bool, message: str) -> status.Status:
        return status.Status(
            complete,
            message + aside,
            wanted=goal,
            new_ready=goal if complete else ready,
            old=len(to_go),
            available=at_hand,
            counted=snapshot.newest is not None,
            by_hand=by_hand(workload) and bool(to_go),
        )

    if not observed(workload):
        return answer(False, "waiting for the controller to see the new spec")
    if snapshot.newest is None:
        return answer(False, "waiting for the ControllerRevision of the new template")
    if "desiredNumberScheduled" not in objects.status(workload):
        return answer(False, "waiting for the controller to count its nodes")
    if by_hand(workload) and to_go:
        return answer(False, status.deletion_by_hand(to_go))
    if updated < goal:
        return answer(False, f"{updated} of {goal} nodes have an updated pod")
    if to_go:
        return answer(False, f"{len(to_go)} old pods are still there")
    if at_hand < goal:
        return answer(False, f"{at_hand} of {goal} nodes have an available pod")
    return answer(True, f"{at_hand} of {goal} nodes have an available pod")


def wanted(workload: Json) -> int:
    """How many nodes there are for it."""
    return objects.number(objects.status(workload), "desiredNumberScheduled")


def available(workload: Json) -> int:
    """On how many nodes its controller counts a pod as available, old or new."""
    return objects.number(objects.status(workload), "numberAvailable")


def is_updated(snapshot: Snapshot, pod: Json) -> bool:
    """Whether the pod has the newest revision's hash."""
    return snapshot.newest is not None and objects.labels(pod).get(objects.REVISION_HASH) == identity(snapshot.newest)


def refusal(_workload: Json) -> str:
    """Nothing forbids rolling a DaemonSet."""
    return ""


def by_hand(workload: Json) -> bool:
    """Whether a pod gets a new template only when somebody deletes it (OnDelete)."""
    return (objects.spec(workload).get("updateStrategy") or {}).get("type") == "OnDelete"


def paused(_workload: Json) -> bool:
    """Never: a DaemonSet has nothing to be paused by."""
    return False


def pause_patch(_workload: Json, _paused: bool) -> Json:
    """Raises Refused: a DaemonSet has nothing to be paused by."""
    raise errors.Refused(
        "a DaemonSet cannot be paused. To leave a failed rollout as it is, set on_failure: keep; to take it back, roll it back."
    )


def resume_command(workload: Json) -> str:
    """Nothing stops one, so this only shows how it goes on."""
    return f"kubectl -n {objects.metadata(workload)['namespace']} rollout status daemonset/{objects.name(workload)}"


def stuck(_snapshot: Snapshot) -> tuple[Json, ...]:
    """None: the controller replaces unavailable old pods first."""
    return ()


def surge(workload: Json) -> tuple[int, int]:
    """How many nodes may have two pods, and how many none, while it rolls; percentages are rounded up."""
    nodes, rolling = wanted(workload), (objects.spec(workload).get("updateStrategy") or {}).get("rollingUpdate") or {}
    if by_hand(workload):
        return 0, nodes
    surging = quantities.share(rolling.get("maxSurge", 0), nodes, up=True)
    missing = quantities.share(rolling.get("maxUnavailable", 1), nodes, up=True)
    return (surging, missing) if surging or missing else (0, 1)


def _without(snapshot: Snapshot, nodes: t.Mapping[str, Json]) -> Snapshot:
    """The snapshot whose pods on those nodes are neither new nor old but left out.

    A node with a taint that the pod does not tolerate is none that the controller counts, so nothing has to be taken off for it.
    """
    own = (*snapshot.new_pods, *snapshot.old_pods)

    def on_others(pods: t.Iterable[Json]) -> tuple[Json, ...]:
        return tuple(pod for pod in pods if _node_of(pod) not in nodes)

    return replace(
        snapshot,
        new_pods=on_others(snapshot.new_pods),
        old_pods=on_others(snapshot.old_pods),
        left_out=tuple(pod for pod in own if _node_of(pod) in nodes and _tolerates(pod, nodes[_node_of(pod)])),
    )


def _counted(snapshot: Snapshot, counter: str, counts: t.Callable[[Snapshot, Json], bool]) -> int:
    """One of the controller's counters, without the pods that are left out."""
    whole = objects.number(objects.status(snapshot.workload or {}), counter)
    return max(whole - len(_nodes(pod for pod in snapshot.left_out if counts(snapshot, pod))), 0)


def _nodes(pods: t.Iterable[Json]) -> set[str]:
    return {_node_of(pod) for pod in pods}


def _node_of(pod: Json) -> str:
    return str(objects.spec(pod).get("nodeName", ""))


def _tolerates(pod: Json, node: Json) -> bool:
    """Whether the pod may be started on the node in spite of its taints."""
    taints = [taint for taint in objects.spec(node).get("taints") or () if taint.get("effect") != "PreferNoSchedule"]
    return all(any(_covers(each, taint) for each in objects.spec(pod).get("tolerations") or ()) for taint in taints)


def _covers(toleration: Json, taint: Json) -> bool:
    """Whether the toleration is one of that taint; without a key, or an effect, it is one of every key, or effect."""
    exists = toleration.get("operator") == "Exists"
    return (
        toleration.get("effect") in (None, "", taint["effect"])
        and (toleration.get("key") == taint["key"] or (exists and not toleration.get("key")))
        and (exists or (toleration.get("value") or "") == (taint.get("value") or ""))
    )


def _node_is_ready(node: Json) -> bool:
    return objects.condition(node, "Ready").get("status") == "True"
