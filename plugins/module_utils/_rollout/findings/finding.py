# SPDX-License-Identifier: GPL-3.0-or-later
"""A named cause with its evidence, how patient to be with it, and what every finder looks at."""

from __future__ import annotations

import math
import re
import typing as t
from dataclasses import dataclass, field

from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds.kind import Kind
from ansible_collections.steady.rollout.plugins.module_utils._rollout.moments import moment
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Snapshot

Json = dict[str, t.Any]

NEVER = math.inf
_FIELD_PATH = re.compile(r"spec\.(?:initContainers|containers)\{(.+)\}")


@dataclass(frozen=True)
class Limits:
    """How patient to be: graces in seconds, restarts as a count.

    ``probe_grace`` None: computed from the probe itself. ``fail_on`` is ``all``, ``any``, or empty for what the kind needs.
    """

    image_pull_grace: float = 60.0
    unschedulable_grace: float = 60.0
    volume_grace: float = 120.0
    config_grace: float = 15.0
    probe_grace: float | None = None
    crash_restarts: int = 2
    init_restarts: int = 2
    fail_on: str = ""
    ignore_unready_nodes: bool = False


@dataclass(frozen=True)
class Finding:
    """One cause. It dooms its pod (or, without a pod, the rollout) once it has been seen for ``grace`` seconds.

    Before ``unsaid`` seconds it is not worth a word: every rollout has it for a moment.
    """

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
    unsaid: float = 0.0

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
    """What a finder may look at.

    ``stale_conditions`` are those that stood there before this change, ``since`` is when the workload was last written (the API
    server's clock): what was said before that was said about something else.
    """

    kind: Kind
    snapshot: Snapshot
    limits: Limits
    stale_conditions: tuple[Json, ...] = ()
    since: str = ""

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


def runs_once(pod: Json, container: Json) -> bool:
    """Whether it has to end well before the others start: an init container, unless it is a sidecar (restartPolicy: Always)."""
    first = any(item["name"] == container["name"] for item in objects.spec(pod).get("initContainers") or ())
    return first and container.get("restartPolicy") != "Always"


def unstarted(pod: Json) -> bool:
    """Whether the node is still getting ready for its containers: no sandbox, no volumes, nothing run."""
    prepared = objects.condition(pod, "PodReadyToStartContainers").get("status") == "True"
    return not prepared and all(
        waiting(status)[0] in ("ContainerCreating", "PodInitializing") for _container, status in containers(pod)
    )


def waiting(status: Json) -> tuple[str, str]:
    """Why the container waits: reason and message; empty when it does not."""
    state = (status.get("state") or {}).get("waiting") or {}
    return str(state.get("reason", "")), str(state.get("message", ""))


def last_exit(status: Json) -> Json:
    """How the container ended last; empty when it never did."""
    return (status.get("state") or {}).get("terminated") or (status.get("lastState") or {}).get("terminated") or {}


def last_seen(event: Json) -> str:
    """When the event happened last."""
    series = event.get("series") or {}
    return str(
        event.get("lastTimestamp")
        or series.get("lastObservedTime")
        or event.get("firstTimestamp")
        or event.get("eventTime")
        or ""
    )


def latest(events: t.Iterable[Json]) -> Json | None:
    """The event that happened last."""
    return max(events, key=lambda event: moment(last_seen(event)), default=None)


def field_of(event: Json) -> str:
    """The container that an event about a pod is about; empty when it is about the pod."""
    found = _FIELD_PATH.fullmatch(str((event.get("involvedObject") or {}).get("fieldPath", "")))
    return found[1] if found else ""


def said(view: View, pod: Json, reason: str, container: str = "") -> Json:
    """The last event of that reason about the pod or its container, as a part of the evidence; empty when there is none."""
    events = view.snapshot.events_about(pod)
    event = latest(event for event in events if event.get("reason") == reason and field_of(event) == container)
    return {"event": event_evidence(event)} if event else {}


def event_evidence(event: Json) -> Json:
    """An event as evidence: what, how often, and when first and last."""
    first = event.get("firstTimestamp") or event.get("eventTime") or ""
    return {
        "reason": event.get("reason", ""),
        "message": event.get("message", ""),
        "count": event.get("count") or (event.get("series") or {}).get("count") or 1,
        "first_seen": first,
        "last_seen": last_seen(event),
    }
