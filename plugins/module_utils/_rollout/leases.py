# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is rolling a workload: one Lease beside it, held and renewed by the run that changes it.

Any other run sees by it who is at work, at what, and how far; a Lease that nobody renews belongs to a run that died.
"""

from __future__ import annotations

import hashlib
import typing as t
from dataclasses import dataclass, field

from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference

Json = dict[str, t.Any]

DURATION = 15.0
"""Seconds without a renewal after which the run that held it counts as dead."""
RENEWAL = 5.0
"""Seconds between two renewals."""
LABEL = "app.kubernetes.io/managed-by=steady.rollout"
"""What selects all of them."""
TASK = "steady.rollout/task"
PROGRESS = "steady.rollout/progress"
_LONGEST_NAME = 253


@dataclass(frozen=True)
class Claim:
    """What a run says of itself. ``owner``: the workload, with which the Lease goes if nobody ends it; empty before it exists."""

    reference: Reference
    holder: str
    task: str
    owner: Json = field(default_factory=dict)


def name_of(reference: Reference) -> str:
    """The name of a workload's Lease; one that would be too long is cut and told apart by a hash."""
    whole = f"steady-rollout-{reference.kind.lower()}-{reference.name}"
    if len(whole) <= _LONGEST_NAME:
        return whole
    return f"{whole[: _LONGEST_NAME - 11].rstrip('-.')}-{hashlib.sha256(whole.encode()).hexdigest()[:10]}"


def manifest(claim: Claim, now: str) -> Json:
    """The Lease of a run that begins. ``now``: the date and time in UTC, ``2026-01-31T12:00:00.000Z``."""
    owner = claim.owner
    owners = (
        [{key: owner[key] for key in ("apiVersion", "kind")} | {"name": objects.name(owner), "uid": objects.uid(owner)}]
        if owner
        else []
    )
    return {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {
            "name": name_of(claim.reference),
            "namespace": claim.reference.namespace,
            "labels": dict([LABEL.split("=")]),
            "annotations": {TASK: claim.task},
            "ownerReferences": owners,
        },
        "spec": _held(claim, now, 0),
    }


def takeover(claim: Claim, lease: Json, now: str) -> Json:
    """The merge patch by which a run takes this very Lease over from the one that held it."""
    transitions = int(objects.spec(lease).get("leaseTransitions") or 0) + 1
    notes = {TASK: claim.task, PROGRESS: None}
    return {"metadata": {**_pinned(lease), "annotations": notes}, "spec": _held(claim, now, transitions)}


def renewal(lease: Json, progress: str, now: str) -> Json:
    """The merge patch by which its holder says that it is alive, and how far."""
    return {"metadata": {**_pinned(lease), "annotations": {PROGRESS: progress}}, "spec": {"renewTime": _micro(now)}}


def holder(lease: Json) -> str:
    """Who holds it; empty when nobody does."""
    return str(objects.spec(lease).get("holderIdentity") or "")


def facts(lease: Json) -> Json:
    """Who is at work, at what, since when and how far, as results show it; empty when nobody is."""
    spec, notes = objects.spec(lease), objects.annotations_of(lease)
    if not holder(lease):
        return {}
    return {
        "holder": holder(lease),
        "task": notes.get(TASK, ""),
        "progress": notes.get(PROGRESS, ""),
        "since": spec.get("acquireTime", ""),
        "renewed": spec.get("renewTime", ""),
    }


def told(lease: Json) -> str:
    """Who holds it and for what, in words."""
    known = facts(lease)
    if not known:
        return "nobody"
    task = f" for: {known['task']}" if known["task"] else ""
    return f"{known['holder']} since {known['since'][:19]}Z{task}"


def _held(claim: Claim, now: str, transitions: int) -> Json:
    return {
        "holderIdentity": claim.holder,
        "leaseDurationSeconds": int(DURATION),
        "acquireTime": _micro(now),
        "renewTime": _micro(now),
        "leaseTransitions": transitions,
    }


def _pinned(lease: Json) -> Json:
    return {"resourceVersion": objects.metadata(lease)["resourceVersion"]}


def _micro(now: str) -> str:
    """As the API server reads a MicroTime: six digits after the point."""
    seconds, _point, fraction = now.rstrip("Z").partition(".")
    return f"{seconds}.{fraction:0<6.6}Z"
