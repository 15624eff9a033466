# SPDX-License-Identifier: GPL-3.0-or-later
"""What would lose requests while a workload that serves is rolled: each point with its fix.

An endpoint is taken away beside the SIGTERM of its pod, not before it, and every load balancer hears of that in its own time: a pod has
to serve on for so long (https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination-flow).
"""

from __future__ import annotations

import math
import re
import typing as t
from dataclasses import dataclass

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, objects, templates
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds.kind import Kind

Json = dict[str, t.Any]
Points = t.Iterator[str]

TO_END = 5.0
"""Seconds that a container should have left, after its preStop hook, to end what is in flight."""
_SLEEP = re.compile(r"\bsleep\s+(\d+(?:\.\d+)?)([smh]?)\b")
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True)
class Care:
    """How careful to be: ``require`` refuses, otherwise people are warned. ``propagation``: seconds until load balancers have heard."""

    require: bool
    propagation: float = 3.0


def serving(workload: Json, services: t.Iterable[Json]) -> list[Json]:
    """The Services that select its pods."""
    labels = objects.labels(objects.template(workload))
    return [
        item
        for item in services
        if (selector := objects.spec(item).get("selector")) and selector.items() <= labels.items()
    ]


def points(kind: Kind, workload: Json, services: t.Sequence[Json], propagation: float) -> tuple[str, ...]:
    """What would lose requests of those Services; nothing while it has no pods."""
    if objects.spec(workload).get("replicas") == 0:
        return ()
    pod = objects.spec(objects.template(workload))
    containers = _behind(pod, objects.name(workload), objects.template(workload), services)
    found = [point for container in containers for point in _container(container, pod, propagation)]
    return (*found, *_grace(containers, pod), *_strategy(kind, workload), *_host_ports(pod))


def notes(kind: Kind, workload: Json, budgets: t.Iterable[Json]) -> tuple[str, ...]:
    """What does not matter while it rolls, but when a node is drained or fails."""
    return (*_alone(kind, workload), *_budgets(workload, budgets))


def in_words(found: t.Sequence[str]) -> str:
    """All points in one line, numbered where there are several."""
    if len(found) == 1:
        return found[0]
    return " ".join(f"({number}) {point}" for number, point in enumerate(found, 1))


def _behind(pod: Json, name: str, template: Json, services: t.Iterable[Json]) -> list[Json]:
    """The containers that a Service's ports lead to, sidecars among them; the main one where none declares such a port."""
    sidecars = [item for item in pod.get("initContainers") or () if item.get("restartPolicy") == "Always"]
    containers = [*(pod.get("containers") or ()), *sidecars]
    wanted = {
        port.get("targetPort", port.get("port")) for item in services for port in objects.spec(item).get("ports") or ()
    }
    found = [
        container
        for container in containers
        if any(
            not wanted.isdisjoint((port.get("name"), port.get("containerPort")))
            for port in container.get("ports") or ()
        )
    ]
    return found or [container for container in containers if container["name"] == _main(template, name)]


def _main(template: Json, name: str) -> str:
    try:
        return templates.main_container(template, name)
    except errors.RolloutError:  # several, and nothing says which: the first is as good as any
        return str(objects.spec(template)["containers"][0]["name"])


def _container(container: Json, pod: Json, propagation: float) -> Points:
    name = container["name"]
    if not container.get("readinessProbe"):
        yield (
            f"container {name} has no readinessProbe, so it gets requests before it can answer them:"
            " add one, such as readinessProbe: {httpGet: {path: /readyz, port: 8080}}."
        )
    hook, seconds = (container.get("lifecycle") or {}).get("preStop") or {}, slept(container)
    enough = f"preStop: {{sleep: {{seconds: {math.ceil(propagation)}}}}}"
    if propagation and not hook:
        yield (
            f"container {name} has no preStop hook, so it ends while load balancers still send to it, for up to {propagation:g} s:"
            f" add lifecycle: {{{enough}}}."
        )
    elif hook and seconds is None:
        yield (
            f"nobody can tell how long the preStop hook of container {name} takes, and load balancers still send to it for up to"
            f" {propagation:g} s: let it sleep for that long, as with {enough}."
        )
    elif seconds is not None and seconds < propagation:
        yield (
            f"container {name} sleeps {seconds:g} s in its preStop hook, and load balancers still send to it for up to {propagation:g} s:"
            f" write {enough}."
        )


def slept(container: Json) -> float | None:
    """The seconds that its preStop hook sleeps: natively, or by a command; None when there is none, or it does something else."""
    hook = (container.get("lifecycle") or {}).get("preStop") or {}
    if "sleep" in hook:
        return float((hook["sleep"] or {}).get("seconds") or 0)
    found = _SLEEP.search(" ".join((hook.get("exec") or {}).get("command") or ()))
    return float(found[1]) * _UNITS[found[2]] if found else None


def _grace(containers: t.Iterable[Json], pod: Json) -> Points:
    given = pod.get("terminationGracePeriodSeconds")
    grace, sleep = (
        30.0 if given is None else float(given),
        max((slept(item) or 0.0 for item in containers), default=0.0),
    )
    if grace < sleep + TO_END:
        taken = f", of which its preStop hook takes {sleep:g}" if sleep else ""
        yield (
            f"terminationGracePeriodSeconds is {grace:g}{taken}, and what is in flight at its end is killed:"
            f" write {max(30, round(sleep + 2 * TO_END))} or more."
        )


def _strategy(kind: Kind, workload: Json) -> Points:
    """Whether the controller takes all pods away before there are new ones."""
    spec = objects.spec(workload)
    replicas = int(spec.get("replicas", 1))
    if (spec.get("strategy") or {}).get("type") == "Recreate":
        yield "strategy Recreate ends all pods before it makes new ones: write type: RollingUpdate, with maxUnavailable: 0 and maxSurge: 1."
    elif kind.by_hand(workload) or workload.get("kind") == "DaemonSet":
        return
    elif kind.surge(workload)[1] >= replicas:
        yield (
            "its only pod goes before the next one comes, as a StatefulSet rolls: scale it to 2 or more."
            if workload.get("kind") == "StatefulSet"
            else f"maxUnavailable allows all of its {replicas} pods to be away at once: write maxUnavailable: 0 and maxSurge: 1."
        )


def _host_ports(pod: Json) -> Points:
    ports = [
        port["hostPort"]
        for item in pod.get("containers") or ()
        for port in item.get("ports") or ()
        if port.get("hostPort")
    ]
    if ports or pod.get("hostNetwork"):
        which = f"hostPort {ports[0]}" if ports else "hostNetwork"
        yield (
            f"{which} holds old and new pods apart, so while they change a node does not answer:"
            " let clients come through a Service (NodePort, LoadBalancer) instead."
        )


def _alone(kind: Kind, workload: Json) -> Points:
    if workload.get("kind") != "DaemonSet" and int(objects.spec(workload).get("replicas", 1)) == 1:
        yield "It has one pod: when a node is drained or fails, nothing answers until there is another. Two on different nodes are safer."


def _budgets(workload: Json, budgets: t.Iterable[Json]) -> Points:
    labels = objects.labels(objects.template(workload))
    for item in budgets:
        wanted = (objects.spec(item).get("selector") or {}).get("matchLabels") or {}
        if wanted and wanted.items() <= labels.items() and objects.status(item).get("disruptionsAllowed") == 0:
            yield (
                f"PodDisruptionBudget {objects.name(item)} allows no disruption at the moment: rolling does not ask it,"
                " but no node with such a pod can be drained."
            )
