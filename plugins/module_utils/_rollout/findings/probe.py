# SPDX-License-Identifier: GPL-3.0-or-later
"""Containers that run but do not pass their probes, and pods that wait for a readiness gate: probe.

How long a container may fail its readiness probe before that means something is not in the pod. The grace is what the probe itself
asks for (delay, period, threshold, timeout), and never less than three times what the pods of the previous revision took to become
ready: a service that has always started slowly may do so again. The median of them: a pod that was unready for a moment days later
tells of that moment, not of its start.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import (
    NEVER,
    Finding,
    View,
    containers,
    event_evidence,
    field_of,
    latest,
)
from ansible_collections.steady.rollout.plugins.module_utils._rollout.moments import moment

Json = dict[str, t.Any]

FIRST_START = 60.0
SHORTEST = 10.0
_KILLING = "Look at what the probe asks for and at the container's log; its failureThreshold and periodSeconds say when it is killed."
_HINTS = {
    "Readiness": "Look at what the probe asks for and at the container's log; probe_grace allows a slow start more time.",
    "Liveness": _KILLING,
    "Startup": _KILLING,
}
_FAILED = re.compile(r"^(Readiness|Liveness|Startup) probe (?:failed|errored)[^:]*: ?(.*)", re.S)


def find(view: View) -> t.Iterator[Finding]:
    """One finding for each container of a new pod that fails a probe, and for each readiness gate that keeps a pod from being ready."""
    for pod in view.pods():
        events = view.snapshot.events_about(pod)
        for container, status in containers(pod):
            told = [event for event in events if probed_container(event) == container["name"]]
            event = None if status.get("ready") else telling(told, status)
            if event is not None:
                yield _failing(view, pod, container, status, event)
        yield from gated(view, pod)


def _failing(view: View, pod: Json, container: Json, status: Json, event: Json) -> Finding:
    which, answer = t.cast(re.Match[str], _FAILED.match(event["message"])).groups()
    restarts = int(status.get("restartCount") or 0)
    return Finding(
        code="probe",
        title=f"{which.lower()} probe fails",
        message=f"{target(container, which)}{answer.strip()}",
        grace=_grace(view, container) if which == "Readiness" else _restarting(view, restarts),
        pod=objects.name(pod),
        container=container["name"],
        hint=_HINTS[which],
        evidence={"probe": which.lower(), "restarts": restarts, "event": event_evidence(event)},
    )


def telling(events: t.Iterable[Json], status: Json) -> Json | None:
    """The event that says most: of a probe that restarts the container before one that keeps traffic away; None when nothing counts now.

    Readiness is not asked of a container that does not run.
    """
    told = {kind: latest(event for event in events if event["message"].startswith(kind)) for kind in _HINTS}
    running = "running" in (status.get("state") or {})
    killing = latest(event for event in (told["Liveness"], told["Startup"]) if event)
    if killing and (int(status.get("restartCount") or 0) or not told["Readiness"]):
        return killing
    return told["Readiness"] if running else None


def gated(view: View, pod: Json) -> t.Iterator[Finding]:
    """Readiness gates that do not hold although every container is ready: it is for another controller to say so."""
    if objects.condition(pod, "ContainersReady").get("status") != "True":
        return
    for gate in objects.spec(pod).get("readinessGates") or ():
        condition = objects.condition(pod, gate["conditionType"])
        if condition.get("status") == "True":
            continue
        words = str(condition.get("message") or condition.get("reason") or "nobody has said anything about it")
        yield Finding(
            code="probe",
            title="readiness gate does not hold",
            message=f"{gate['conditionType']}: {words}",
            grace=NEVER if view.limits.probe_grace is None else view.limits.probe_grace,
            pod=objects.name(pod),
            hint="Look at the controller that sets this condition on pods (a load balancer's, for example).",
            evidence={"probe": "readiness gate", "condition": gate["conditionType"]},
        )


def probed_container(event: Json) -> str:
    """The container whose failed probe this event is about; empty for other events."""
    if event.get("reason") != "Unhealthy" or not _FAILED.match(str(event.get("message", ""))):
        return ""
    return field_of(event)


def target(container: Json, which: str) -> str:
    """What the probe asks, in words: ``GET :8080/readyz: ``."""
    probe = container.get(f"{which.lower()}Probe") or {}
    if "httpGet" in probe:
        return f"GET :{_port(container, probe['httpGet'])}{probe['httpGet'].get('path', '/')}: "
    if "tcpSocket" in probe:
        return f"connect to :{_port(container, probe['tcpSocket'])}: "
    return ""


def _port(container: Json, action: Json) -> t.Any:
    """The port as a number: a probe may name one of the container's own."""
    named = {port.get("name"): port.get("containerPort") for port in container.get("ports") or ()}
    return named.get(action.get("port"), action.get("port"))


def _restarting(view: View, restarts: int) -> float:
    return 0.0 if restarts >= view.limits.crash_restarts else NEVER


def _grace(view: View, container: Json) -> float:
    if view.limits.probe_grace is not None:
        return view.limits.probe_grace
    starts = [taken for pod in view.snapshot.old_pods if (taken := seconds_to_ready(pod)) is not None]
    usual = 3 * sorted(starts)[(len(starts) - 1) // 2] if starts else FIRST_START
    return max(asked_for(container), usual, SHORTEST)


def asked_for(container: Json) -> float:
    """Seconds that the container's own probes allow it to take: the startup probe's whole budget, then the readiness probe's."""
    total = 0.0
    for probe in (container.get("startupProbe"), container.get("readinessProbe")):
        if probe:
            period, failures = probe.get("periodSeconds", 10), probe.get("failureThreshold", 3)
            total += probe.get("initialDelaySeconds", 0) + period * failures + probe.get("timeoutSeconds", 1)
    return total


def seconds_to_ready(pod: Json) -> float | None:
    """Seconds from the last container's start to Ready, by the cluster's own clock; None for a pod that never got there."""
    ready = objects.condition(pod, "Ready")
    started = [
        running["startedAt"]
        for item in objects.status(pod).get("containerStatuses") or ()
        if (running := (item.get("state") or {}).get("running"))
    ]
    if ready.get("status") != "True" or not started:
        return None
    return max(0.0, (moment(ready["lastTransitionTime"]) - max(map(moment, started))).total_seconds())
