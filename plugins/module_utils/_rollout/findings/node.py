# SPDX-License-Identifier: GPL-3.0-or-later
"""What nodes do to pods: node_lost, evicted, rejected, sandbox, terminating. Hardly any dooms: the new revision did nothing."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import (
    NEVER,
    Finding,
    View,
    event_evidence,
    latest,
    unstarted,
)

Json = dict[str, t.Any]

LEAVING = 10.0
"""Seconds beyond its own grace period after which a pod that is still on its way out is worth a word."""
_LOST = ("DeletionByTaintManager", "DeletionByPodGC")
_EVICTED = ("Evicted", "Preempting", "Preempted", "Shutdown", "Terminated", "NodeShutdown")


def find(view: View) -> t.Iterator[Finding]:
    """What happened to new pods on their nodes, and which pods do not go."""
    yield from disrupted(view)
    yield from rejected(view)
    for pod in view.pods():
        yield from silent(view, pod)
        yield from sandboxless(view, pod)
    for pod in (*view.snapshot.new_pods, *view.snapshot.old_pods):
        if objects.terminating(pod):
            yield leaving(view, pod)


def disrupted(view: View) -> t.Iterator[Finding]:
    """New pods that somebody has taken from their node, one finding for each cause on each node. Their controller makes others."""
    told: dict[tuple[str, str], Finding] = {}
    for pod in view.snapshot.new_pods:
        condition = objects.condition(pod, "DisruptionTarget")
        reason = str(objects.status(pod).get("reason") or condition.get("reason") or "")
        wanted = condition.get("status") == "True" or reason in _EVICTED or reason == "NodeLost"
        if objects.active(pod) or not wanted:
            continue
        lost = reason in _LOST or reason == "NodeLost"
        words = str(objects.status(pod).get("message") or condition.get("message") or reason)
        finding = Finding(
            code="node_lost" if lost else "evicted",
            title="node was lost" if lost else "pod was evicted",
            message=f"{words.strip()} ({where(pod)})",
            grace=NEVER,
            pod=objects.name(pod),
            hint="Another pod takes its place; look at the node if that goes on.",
            evidence={"node": objects.spec(pod).get("nodeName", ""), "reason": reason},
        )
        told[(finding.code, finding.evidence["node"])] = finding
    yield from told.values()


def rejected(view: View) -> t.Iterator[Finding]:
    """At most one finding: nodes do not admit the new pods that were bound to them.

    One is a race that the scheduler lost. One after the other is a template that fits no node, and the controller fills the
    namespace with failed pods.
    """
    refused = [pod for pod in view.snapshot.new_pods if _refused(pod)]
    if not refused:
        return
    last = max(refused, key=lambda pod: str(objects.metadata(pod).get("creationTimestamp", "")))
    ready = any(view.kind.is_ready(pod) for pod in view.snapshot.new_pods)
    again = len(refused) > view.limits.crash_restarts and not ready
    yield Finding(
        code="rejected",
        title="nodes reject the pods",
        message=f"{objects.status(last).get('message', '')} ({where(last)}, {len(refused)} of its pods so far)",
        grace=view.limits.config_grace if again else NEVER,
        hint="Check nodeName, node affinity and resources of the pod template against that node.",
        evidence={"pod": objects.name(last), "reason": objects.status(last).get("reason", ""), "pods": len(refused)},
    )


def _refused(pod: Json) -> bool:
    """Whether the kubelet did not even begin with it: it failed without any container of it having been looked at."""
    status = objects.status(pod)
    admitted = status.get("containerStatuses") or status.get("initContainerStatuses")
    return status.get("phase") == "Failed" and not admitted and bool(status.get("reason")) and not _taken(pod)


def _taken(pod: Json) -> bool:
    reason = objects.status(pod).get("reason")
    return reason in _EVICTED or objects.condition(pod, "DisruptionTarget").get("status") == "True"


def silent(view: View, pod: Json) -> t.Iterator[Finding]:
    """The node has stopped answering while the pod was on it."""
    event = latest(event for event in view.snapshot.events_about(pod) if event.get("reason") == "NodeNotReady")
    if event is None and objects.status(pod).get("reason") != "NodeLost":
        return
    yield Finding(
        code="node_lost",
        title="node does not answer",
        message=f"{where(pod)} is not ready",
        grace=NEVER,
        pod=objects.name(pod),
        hint="Look at the node; its pods are made anew elsewhere when it stays away for as long as they tolerate (mostly 5 min).",
        evidence={
            "node": objects.spec(pod).get("nodeName", ""),
            **({"event": event_evidence(event)} if event else {}),
        },
    )


def sandboxless(view: View, pod: Json) -> t.Iterator[Finding]:
    """The node cannot set up the pod itself: mostly its network."""
    failed = (event for event in view.snapshot.events_about(pod) if event.get("reason") == "FailedCreatePodSandBox")
    event = latest(failed) if unstarted(pod) else None
    if event is not None:
        yield Finding(
            code="sandbox",
            title="node cannot set up the pod",
            message=f"{event.get('message', '')} ({where(pod)})",
            grace=NEVER,
            pod=objects.name(pod),
            hint="Look at the network plugin and the container runtime of that node.",
            evidence={"node": objects.spec(pod).get("nodeName", ""), "event": event_evidence(event)},
        )


def leaving(view: View, pod: Json) -> Finding:
    """A pod that does not go. Worth a word only once it has had the time that it asked for."""
    meta = objects.metadata(pod)
    kept = ", ".join(meta.get("finalizers") or ())
    lost = any(event.get("reason") == "NodeNotReady" for event in view.snapshot.events_about(pod))
    stopping = "its node does not answer" if lost else "its containers have not ended"
    why = f"kept by the finalizer {kept}" if kept else stopping
    return Finding(
        code="terminating",
        title="pod does not go",
        message=f"to be deleted since {meta['deletionTimestamp']}: {why} ({where(pod)})",
        grace=NEVER,
        pod=objects.name(pod),
        hint=(
            f"Look at the controller that should remove the finalizer {kept}."
            if kept
            else "Look at its node and at what its containers do when they are told to stop."
        ),
        evidence={"node": objects.spec(pod).get("nodeName", ""), "finalizers": meta.get("finalizers") or []},
        unsaid=float(meta.get("deletionGracePeriodSeconds") or 0) + LEAVING,
    )


def where(pod: Json) -> str:
    """The node as sentences name it."""
    node = objects.spec(pod).get("nodeName", "")
    return f"node {node}" if node else "no node"
