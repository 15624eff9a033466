# SPDX-License-Identifier: GPL-3.0-or-later
"""A named cause with its evidence, how patient to be with it, and what every finder looks at."""

from __future__ import annotations

import math
import typing as t
from dataclasses import dataclass, field

from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds.kind import Kind
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Snapshot

Json = dict[str, t.Any]

NEVER = math.inf


@dataclass(frozen=True)
class Limits:
    """How patient to be: graces in seconds, restarts as a count. ``probe_grace`` None: computed from the probe itself."""

    image_pull_grace: float = 60.0
    unschedulable_grace: float = 60.0
    config_grace: float = 15.0
    probe_grace: float | None = None
    crash_restarts: int = 2
    fail_on: str = "all"


@dataclass(frozen=True)
class Finding:
    """One cause. It dooms its pod (or, without a pod, the rollout) once it has been seen for ``grace`` seconds."""

    code: str
    title: str
    message: str
    grace: float = 0.0
    pod: str = ""
    container: str = ""
    hint: str = ""
    evidence: Json = field(default_factory=dict)
    severity: str = "transient"
    logs: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes two sightings the same finding."""
        return (self.code, self.pod, self.container)

    @property
    def place(self) -> str:
        """Pod and container as sentences name them; empty for a finding about the whole workload."""
        parts = (f"pod {self.pod}" if self.pod else "", f"container {self.container}" if self.container else "")
        return ", ".join(part for part in parts if part)

    def facts(self) -> Json:
        """As results show it."""
        shown = {
            "code": self.code,
            "severity": self.severity,
            "title": self.title,
            "message": self.message,
            "pod": self.pod,
            "container": self.container,
            "hint": self.hint,
            "evidence": self.evidence,
            "logs": list(self.logs),
        }
        return {key: value for key, value in shown.items() if value not in ("", [], {})}


@dataclass(frozen=True)
class View:
    """What a finder may look at. ``stale_conditions`` are those that stood there before this change."""

    kind: Kind
    snapshot: Snapshot
    limits: Limits
    stale_conditions: tuple[Json, ...] = ()

    def pods(self) -> t.Iterator[Json]:
        """The pods that can doom the rollout: of the new revision, wanted, and not ready. Ready beats failed."""
        for pod in self.snapshot.new_pods:
            if objects.active(pod) and not self.kind.is_ready(pod):
                yield pod


def containers(pod: Json) -> t.Iterator[tuple[Json, Json]]:
    """Each container's spec with its status, init containers first, as they run. A container without a status yet is left out."""
    for specs, statuses in (("initContainers", "initContainerStatuses"), ("containers", "containerStatuses")):
        known = {item["name"]: item for item in objects.status(pod).get(statuses) or ()}
        for container in objects.spec(pod).get(specs) or ():
            if container["name"] in known:
                yield container, known[container["name"]]


def waiting(status: Json) -> tuple[str, str]:
    """Why the container waits: reason and message; empty when it does not."""
    state = (status.get("state") or {}).get("waiting") or {}
    return str(state.get("reason", "")), str(state.get("message", ""))


def last_exit(status: Json) -> Json:
    """How the container ended last; empty when it never did."""
    return (status.get("state") or {}).get("terminated") or (status.get("lastState") or {}).get("terminated") or {}


def event_evidence(event: Json) -> Json:
    """An event as evidence: what, how often, and when first and last."""
    first = event.get("firstTimestamp") or event.get("eventTime") or ""
    last = event.get("lastTimestamp") or first
    return {
        "reason": event.get("reason", ""),
        "message": event.get("message", ""),
        "count": event.get("count") or 1,
        "first_seen": first,
        "last_seen": last,
    }
