# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes that do not come: volume (a claim that is not bound, an attachment or a mount that fails)."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import (
    Finding,
    View,
    event_evidence,
    latest,
    unstarted,
)

Json = dict[str, t.Any]

UNBOUND = re.compile(r"unbound immediate PersistentVolumeClaims|persistentvolumeclaim \"", re.I)
_REASONS = ("FailedMount", "FailedAttachVolume", "FailedMapVolume")
_CACHE = re.compile(r"failed to sync .* cache", re.I)
_SUMMARY = re.compile(r"^Unable to attach or mount volumes")
_CONFIG = re.compile(r"(?:secret|configmap) \"[^\"]*\" not found|references non-existent", re.I)


def find(view: View) -> t.Iterator[Finding]:
    """At most one finding for each new pod that waits for a volume."""
    for pod in view.pods():
        scheduled = objects.condition(pod, "PodScheduled")
        words = str(scheduled.get("message", ""))
        if scheduled.get("status") == "False" and UNBOUND.search(words):
            yield _unbound(view, pod, words.strip())
        elif unstarted(pod) and (event := telling(view.snapshot.events_about(pod))):
            yield _unmounted(view, pod, event)


def _unbound(view: View, pod: Json, words: str) -> Finding:
    """The claim's own events say why; the scheduler only knows that."""
    event = latest(event for event in view.snapshot.events if _about_claim(event, claims(pod)))
    said = f"; {event['involvedObject']['name']}: {event.get('message', '')}" if event else ""
    return Finding(
        code="volume",
        title="volume claim is not bound",
        message=f"{words}{said}",
        grace=view.limits.volume_grace,
        pod=objects.name(pod),
        hint="Look at the PersistentVolumeClaim, its storage class and provisioner; volume_grace says how long to wait.",
        evidence={"claims": sorted(claims(pod)), **({"event": event_evidence(event)} if event else {})},
    )


def _unmounted(view: View, pod: Json, event: Json) -> Finding:
    words = str(event.get("message", ""))
    config = bool(_CONFIG.search(words))
    hint = (
        "Create the ConfigMap, Secret or key that it names, or correct the name in the pod template."
        if config
        else "Look at what the volume names and at its driver on that node; volume_grace says how long to wait."
    )
    return Finding(
        code="volume",
        title="volume cannot be attached"
        if event.get("reason") == "FailedAttachVolume"
        else "volume cannot be mounted",
        message=words,
        grace=view.limits.config_grace if config else view.limits.volume_grace,
        pod=objects.name(pod),
        hint=hint,
        evidence={"event": event_evidence(event)},
    )


def telling(events: t.Iterable[Json]) -> Json | None:
    """The event that names the trouble: not a kubelet that has not read a Secret yet; a summary only if there is nothing else."""
    told = [
        event
        for event in events
        if event.get("reason") in _REASONS and not _CACHE.search(str(event.get("message", "")))
    ]
    exact = [event for event in told if not _SUMMARY.search(str(event.get("message", "")))]
    return latest(exact or told)


def claims(pod: Json) -> set[str]:
    """The names of the claims that the pod's volumes need."""
    return {
        str(volume["persistentVolumeClaim"]["claimName"])
        if "persistentVolumeClaim" in volume
        else f"{objects.name(pod)}-{volume['name']}"
        for volume in objects.spec(pod).get("volumes") or ()
        if "persistentVolumeClaim" in volume or "ephemeral" in volume
    }


def _about_claim(event: Json, names: set[str]) -> bool:
    about = event.get("involvedObject") or {}
    return about.get("kind") == "PersistentVolumeClaim" and about.get("name") in names
