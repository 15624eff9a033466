# SPDX-License-Identifier: GPL-3.0-or-later
"""StatefulSets: when they are complete, what their revisions are, how they are paused, and which pods stand in their way."""

from __future__ import annotations

import json
import typing as t

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

RESOURCE = resources.STATEFUL_SET
REVISION_RESOURCE = resources.CONTROLLER_REVISION
ONE_IS_ENOUGH = True
UNSCALABLE = ""
PARTITION = "steady.rollout/partition"
"""The annotation that keeps the partition there was before a pause."""

observed = objects.observed
is_ready = objects.takes_traffic
identity = objects.name
revision_number = controller_revisions.number
number_of = controller_revisions.number_of
template_of = controller_revisions.template_of


def scopes(workload: Json, *, nodes: bool = False) -> tuple[resources.Scope, ...]:
    """What has to be watched to judge it."""
    return controller_revisions.scopes(RESOURCE, workload)


def gather(reference: Reference, seen: t.Iterable[t.Sequence[Json]]) -> Snapshot:
    """Put what ``scopes`` asked for, in that order, together by owner. The hash of its pods is their revision's name."""
    return controller_revisions.gather(reference, seen, newest_revision, objects.name)


def newest_revision(workload: Json, owned: t.Iterable[Json]) -> Json | None:
    """The revision that the controller says it updates to, if that has the wanted template."""
    named = objects.status(workload).get("updateRevision")
    wanted = objects.template(workload)
    return next((item for item in owned if objects.name(item) == named and template_of(item) == wanted), None)


def judge(snapshot: Snapshot) -> status.Status:
    """Complete or what is still missing. Missing data is never complete.

    The counts are the controller's, and the pods themselves must bear them out: updatedReplicas of a partitioned set and
    currentRevision under OnDelete do not say what their names promise.
    """
    workload = snapshot.workload
    if workload is None:
        return status.Status(False, "it does not exist")
    goal, kept = wanted(workload), min(partition(workload), wanted(workload))
    to_go = [pod for pod in snapshot.old_pods if index(workload, pod) >= kept]
    lacking = missing(snapshot, workload, to_go)
    updated = objects.number(objects.status(workload), "updatedReplicas")
    share = f", {updated} of them updated as partition {kept} wants" if kept else ""
    return status.Status(
        not lacking,
        lacking or f"{available(workload)} of {goal} pods are available{share}",
        wanted=goal,
        new_ready=sum(1 for pod in snapshot.new_pods if is_ready(pod)),
        old=len(to_go),
        available=available(workload),
        counted=snapshot.newest is not None,
        by_hand=by_hand(workload) and bool(to_go),
    )


def missing(snapshot: Snapshot, workload: Json, to_go: t.Sequence[Json]) -> str:
    """The first thing that is not as it has to be, in the order in which it comes about; empty when all is."""
    counts, goal = objects.status(workload), wanted(workload)
    total, updated, ready = (objects.number(counts, f"{key}eplicas") for key in ("r", "updatedR", "readyR"))
    share = goal - min(partition(workload), goal)
    kept = [pod for pod in to_go if not objects.terminating(pod)]
    unended = counts.get("currentRevision") != counts.get("updateRevision")
    facts = (
        (paused(workload), "it is paused; resume it to let it roll"),
        (not observed(workload), "waiting for the controller to see the new spec"),
        (snapshot.newest is None, "waiting for the ControllerRevision of the new template"),
        (total < goal, f"{total} of {goal} pods exist"),
        (total > goal, f"{total - goal} pods are more than wanted"),
        (by_hand(workload) and kept, status.deletion_by_hand(kept)),
        (updated < share, f"{updated} of {share} pods are updated"),
        (to_go, f"{len(to_go)} old pods are still there"),
        (ready < goal, f"{ready} of {goal} pods are ready"),
        (available(workload) < goal, f"{available(workload)} of {goal} pods are available"),
        (unended and share == goal and not by_hand(workload), "waiting for the controller to end the update"),
    )
    return next((words for holds, words in facts if holds), "")


def wanted(workload: Json) -> int:
    """How many pods there are to be; an autoscaler may move it at any time."""
    return int(objects.spec(workload).get("replicas", 1))


def available(workload: Json) -> int:
    """How many pods its controller counts as available (ready for minReadySeconds), old and new."""
    return objects.number(objects.status(workload), "availableReplicas")


def partition(workload: Json) -> int:
    """How many pods, counted from the first, keep the old revision."""
    return 0 if by_hand(workload) else int(_rolling(workload).get("partition") or 0)


def index(workload: Json, pod: Json) -> int:
    """Which of its pods it is, the first being 0. A set may number them from elsewhere."""
    start = int((objects.spec(workload).get("ordinals") or {}).get("start") or 0)
    return int(objects.name(pod).rpartition("-")[2]) - start


def refusal(workload: Json) -> str:
    """Why it cannot be rolled at the moment, with the way out; empty when it can."""
    if paused(workload):
        return f"it is paused, so nothing would roll. Resume it first: {resume_command(workload)}"
    return ""


def by_hand(workload: Json) -> bool:
    """Whether a pod gets a new template only when somebody deletes it (OnDelete)."""
    return (objects.spec(workload).get("updateStrategy") or {}).get("type") == "OnDelete"


def paused(workload: Json) -> bool:
    """Whether its partition has been raised, by a pause, so that nothing rolls."""
    return PARTITION in objects.annotations_of(workload) and partition(workload) >= wanted(workload)


def pause_patch(workload: Json, paused: bool) -> Json:
    """The partition that keeps every pod as it is, or the one there was before. Raises Refused under OnDelete: nothing rolls by itself."""
    if by_hand(workload):
        raise errors.Refused(
            "its update strategy is OnDelete, so nothing rolls by itself and there is nothing to pause or resume."
        )
    former = objects.annotations_of(workload).get(PARTITION)
    if paused:
        kept, note = wanted(workload), former or str(partition(workload))
    else:
        kept, note = int(former or 0), None
    return {
        "metadata": {"annotations": {PARTITION: note}},
        "spec": {"updateStrategy": {"rollingUpdate": {"partition": kept}}},
    }


def resume_command(workload: Json) -> str:
    """What to type to let a paused one go on: kubectl itself pauses and resumes Deployments only."""
    patch = json.dumps(pause_patch(workload, False), separators=(",", ":"))
    name, namespace = objects.name(workload), objects.metadata(workload)["namespace"]
    return f"kubectl -n {namespace} patch statefulset {name} --type merge -p '{patch}'"


def stuck(snapshot: Snapshot) -> tuple[Json, ...]:
    """The old pods that are not ready, the last first: before them an ordered set never moves, not even back.

    https://github.com/kubernetes/kubernetes/issues/67250
    """
    workload = snapshot.workload
    if workload is None or snapshot.newest is None or by_hand(workload) or _parallel(workload):
        return ()
    waiting = [
        pod
        for pod in snapshot.old_pods
        if objects.active(pod) and not is_ready(pod) and index(workload, pod) >= partition(workload)
    ]
    return tuple(sorted(waiting, key=lambda pod: index(workload, pod), reverse=True))


def surge(workload: Json) -> tuple[int, int]:
    """None beyond the wanted ones: each pod goes before the one that follows it comes."""
    if by_hand(workload):
        return 0, wanted(workload)
    missing = quantities.share(_rolling(workload).get("maxUnavailable", 1), wanted(workload), up=False)
    return 0, max(missing, 1)


def _rolling(workload: Json) -> Json:
    return (objects.spec(workload).get("updateStrategy") or {}).get("rollingUpdate") or {}


def _parallel(workload: Json) -> bool:
    return objects.spec(workload).get("podManagementPolicy") == "Parallel"
