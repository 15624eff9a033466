# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked before the first write, and the answer when nothing is to be written at all."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._operation import reading
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, objects, preflight, resources

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.journal import Journal
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Cluster
    from ansible_collections.steady.rollout.plugins.module_utils._operation.roll import Change, Roll
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds.kind import Kind
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference

Json = dict[str, t.Any]


def may_roll(kind: Kind, reference: Reference, present: Json, settings: Settings) -> None:
    """Raise Refused when the workload is in a state, or in hands, that forbid rolling it."""
    refuse(reference, kind.refusal(present))
    if not settings.allow_managed:
        refuse(reference, preflight.owned_elsewhere(present))
    if settings.on_failure == "rollback":
        refuse(reference, preflight.no_history(present))
    if settings.on_failure == "pause":
        may_pause(kind, reference, present)


def may_pause(kind: Kind, reference: Reference, present: Json) -> None:
    """Raise Refused when it cannot be stopped from rolling."""
    try:
        kind.pause_patch(present, True)
    except errors.Refused as reason:
        refuse(reference, str(reason))


def has_room(
    cluster: Cluster, kind: Kind, reference: Reference, present: Json, template: Json, journal: Journal
) -> None:
    """Raise Refused when no surge pod fits into the namespace's quotas. Who may not read quotas finds out from the API server."""
    surging, missing = kind.surge(present)
    if not surging or missing:
        return
    refuse(reference, preflight.no_headroom(kind, present, template, quotas(cluster, reference, journal)))


def quotas(cluster: Cluster, reference: Reference, journal: Journal) -> t.Sequence[Json]:
    """The quotas of its namespace; none, and a word about it, for who may not read them."""
    try:
        return cluster.list(resources.Scope(resources.RESOURCE_QUOTA, reference.namespace))
    except errors.Forbidden as reason:
        journal.say(f"quota head-room was not checked: {reason}")
        return ()


def autoscaled(cluster: Cluster, reference: Reference, instead: str) -> str:
    """Which autoscaler owns the number of replicas, and what to do instead; empty when none does."""
    for item in autoscalers(cluster, reference):
        spec = objects.spec(item)
        limits = f"{spec.get('minReplicas', 1)} to {spec.get('maxReplicas')}"
        return f"HorizontalPodAutoscaler {objects.name(item)} owns its number of replicas ({limits}). {instead}"
    return ""


def autoscalers(cluster: Cluster, reference: Reference) -> t.Iterator[Json]:
    """The autoscalers that own the number of its replicas."""
    for item in cluster.list(resources.Scope(resources.HORIZONTAL_POD_AUTOSCALER, reference.namespace)):
        target = objects.spec(item).get("scaleTargetRef") or {}
        if (target.get("kind"), target.get("name")) == (reference.kind, reference.name):
            yield item


def manner(kind: Kind, present: Json) -> str:
    """How the controller is going to roll it, in the words of a progress line."""
    surge, missing = kind.surge(present)
    replicas = objects.spec(present).get("replicas")
    count = "" if replicas is None else f"{replicas} replica{'' if replicas == 1 else 's'}, "
    return f"{count}surge {surge}, unavailable {missing}"


def refuse(reference: Reference, reason: str) -> None:
    """Raise Refused with that reason, if there is one."""
    if reason:
        raise errors.Refused(f"{reference} was not changed: {reason}")


def before_and_after(roll: Roll, before: Json | None, after: Json) -> tuple[Json, Json]:
    """What both of them run, as results show it, numbered by the revisions that there are now."""
    history = reading.snapshot(roll.ports.cluster, roll.kind, roll.reference, after).revisions
    container = roll.settings.container
    return (
        reading.facts(roll.kind, before, container, history) if before else {},
        reading.facts(roll.kind, after, container, history),
    )


def predicted(roll: Roll, change: Change) -> Outcome:
    """The outcome in check mode: the API server has accepted the change in a dry run; the rollout itself is not simulated."""
    before, after = before_and_after(roll, change.before, change.after)
    return Outcome(
        reference=roll.reference,
        changed=change.changed,
        failed=False,
        message=f"{roll.reference} would be {change.done}." if change.changed else f"{roll.reference} {change.done}.",
        before=before,
        after=after,
        diff=change.diff,
        seconds=round(roll.journal.seconds, 3),
    )
