# SPDX-License-Identifier: GPL-3.0-or-later
"""Deployments: what is read, when they are complete, what their revisions are, and how one is brought back."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects, quantities, resources, status
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference, Snapshot

Json = dict[str, t.Any]

RESOURCE = resources.DEPLOYMENT
REVISION_RESOURCE = resources.REPLICA_SET
ONE_IS_ENOUGH = False
UNSCALABLE = ""
REVISION = "deployment.kubernetes.io/revision"

observed = objects.observed
is_ready = objects.takes_traffic


def scopes(workload: Json, *, nodes: bool = False) -> tuple[resources.Scope, ...]:
    """What has to be watched to judge it: itself, its ReplicaSets, their pods, and warnings in its namespace."""
    namespace = str(objects.metadata(workload)["namespace"])
    selector = objects.selector(workload)
    return (
        resources.Scope(resources.DEPLOYMENT, namespace, fields=f"metadata.name={objects.name(workload)}"),
        resources.Scope(resources.REPLICA_SET, namespace, labels=selector),
        resources.Scope(resources.POD, namespace, labels=selector),
        resources.Scope(resources.EVENT, namespace, fields="type=Warning"),
    )


def gather(reference: Reference, seen: t.Iterable[t.Sequence[Json]]) -> Snapshot:
    """Put what ``scopes`` asked for, in that order, together by owner."""
    deployments, replica_sets, pods, events = seen
    workload = next((item for item in deployments if objects.name(item) == reference.name), None)
    if workload is None:
        return Snapshot(None)
    owned = tuple(item for item in replica_sets if objects.controlled_by(item, objects.uid(workload)))
    newest = newest_revision(workload, owned)
    new_uid = objects.uid(newest) if newest else ""
    owners = {objects.uid(item) for item in owned} - {new_uid}
    return Snapshot(
        workload=workload,
        newest=newest,
        revisions=owned,
        new_pods=tuple(pod for pod in pods if objects.controlled_by(pod, new_uid)),
        old_pods=tuple(pod for pod in pods if any(objects.controlled_by(pod, owner) for owner in owners)),
        events=tuple(events),
    )


def newest_revision(workload: Json, owned: t.Iterable[Json]) -> Json | None:
    """The ReplicaSet of the present template, once the controller has seen the spec.

    The number alone would not do: when template and replicas change together, the controller scales the old ReplicaSet first and
    counts the spec as observed before it makes the new one.
    """
    number = objects.annotations_of(workload).get(REVISION)
    if not number or not observed(workload):
        return None
    wanted = objects.template(workload)
    return next(
        (
            item
            for item in owned
            if objects.annotations_of(item).get(REVISION) == number and objects.template(item) == wanted
        ),
        None,
    )


def judge(snapshot: Snapshot) -> status.Status:
    """Complete or what is still missing, in the controller's own order. Missing data is never complete."""
    workload = snapshot.workload
    if workload is None:
        return status.Status(False, "it does not exist")
    counts, goal = objects.status(workload), wanted(workload)
    updated, total = objects.number(counts, "updatedReplicas"), objects.number(counts, "replicas")
    at_hand = available(workload)
    ready = sum(1 for pod in snapshot.new_pods if is_ready(pod))

    def answer(complete: bool, message: str) -> status.Status:
        return status.Status(
            complete,
            message,
            wanted=goal,
            new_ready=ready,
            old=max(total - updated, 0),
            available=at_hand,
            counted=snapshot.newest is not None,
        )

    if paused(workload):
        return answer(False, "it is paused; resume it to let it roll")
    if not observed(workload):
        return answer(False, "waiting for the controller to see the new spec")
    if snapshot.newest is None:
        return answer(False, "waiting for the ReplicaSet of the new template")
    if updated < goal:
        return answer(False, f"{updated} of {goal} new pods exist")
    if updated > goal:
        return answer(False, f"{updated - goal} pods are more than wanted")
    if total > updated:
        return answer(False, f"{total - updated} old pods are still there")
    if total < updated:
        return answer(False, f"waiting for the controller to count {updated - total} more pods")
    if at_hand < updated:
        return answer(False, f"{at_hand} of {updated} new pods are available")
    return answer(True, f"{at_hand} of {goal} new pods are available")


def wanted(workload: Json) -> int:
    """How many pods there are to be; an autoscaler may move it at any time."""
    return int(objects.spec(workload).get("replicas", 1))


def available(workload: Json) -> int:
    """How many pods its controller counts as available, old and new."""
    return objects.number(objects.status(workload), "availableReplicas")


def revision_number(revision: Json) -> int:
    """The number that ``kubectl rollout history`` shows; it grows each time the template is used again."""
    return int(objects.annotations_of(revision).get(REVISION, 0))


def number_of(workload: Json, _revisions: t.Iterable[Json]) -> int:
    """The number that the controller writes on the Deployment itself; 0 before it has."""
    return revision_number(workload)


def identity(revision: Json) -> str:
    """What names the template itself: numbers move when a revision is used again, the hash does not."""
    return objects.labels(revision).get(objects.TEMPLATE_HASH, objects.name(revision))


def template_of(revision: Json) -> Json:
    """The pod template that the revision keeps."""
    return objects.template(revision)


def refusal(workload: Json) -> str:
    """Why it cannot be rolled at all at the moment, with the way out; empty when it can."""
    if paused(workload):
        return f"it is paused, so nothing would roll. Resume it first: {resume_command(workload)}"
    return ""


def by_hand(_workload: Json) -> bool:
    """Never: a Deployment has no such strategy."""
    return False


def paused(workload: Json) -> bool:
    """Whether somebody has stopped it from rolling."""
    return bool(objects.spec(workload).get("paused"))


def pause_patch(_workload: Json, paused: bool) -> Json:
    """The patch that stops the controller from rolling, or lets it go on."""
    return {"spec": {"paused": paused}}


def resume_command(workload: Json) -> str:
    """What to type to let a paused one go on."""
    return f"kubectl -n {objects.metadata(workload)['namespace']} rollout resume deployment/{objects.name(workload)}"


def stuck(_snapshot: Snapshot) -> tuple[Json, ...]:
    """None: old and new pods belong to different ReplicaSets, so none stands in the other's way."""
    return ()


def surge(workload: Json) -> tuple[int, int]:
    """How many pods may be there beyond the wanted ones, and how many of those may be missing, rounded as the controller does."""
    strategy = objects.spec(workload).get("strategy") or {}
    if strategy.get("type") == "Recreate":
        return 0, wanted(workload)
    rolling = strategy.get("rollingUpdate") or {}
    surging = quantities.share(rolling.get("maxSurge", "25%"), wanted(workload), up=True)
    missing = quantities.share(rolling.get("maxUnavailable", "25%"), wanted(workload), up=False)
    return (surging, missing) if surging or missing else (0, 1)
