# SPDX-License-Identifier: GPL-3.0-or-later
"""Ten things that people do to a workload, and how each of them ends."""

from __future__ import annotations

import os
import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.steady.rollout.plugins.module_utils._operation.deploy import deploy
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports
from ansible_collections.steady.rollout.plugins.module_utils._operation.rollback import Target, rollback
from ansible_collections.steady.rollout.plugins.module_utils._operation.scale import scale
from ansible_collections.steady.rollout.plugins.module_utils._operation.upgrade import Wanted, upgrade
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Limits
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference
from ansible_collections.steady.rollout.tests.integration.faults.observer import Observer

Json = dict[str, t.Any]

IMAGE = os.environ.get("SCENARIO_IMAGE") or "registry.lab:5000/app"
SETTINGS = Settings(timeout=150.0, limits=Limits(crash_restarts=1, probe_grace=60.0))
IMPATIENT = Settings(timeout=150.0, limits=Limits(probe_grace=4.0))


When = t.Callable[[Ports, str], Outcome]


@dataclass(frozen=True)
class Ending:
    """How it ended, for whoever asked and in the cluster. ``generation`` counts each change
    of the spec or of the annotations that was applied: nothing may be written twice."""

    status: str = "complete"
    code: str = ""
    changed: bool = True
    version_before: str = "1.0"
    version_after: str = "2.0"
    rolled_back: str = ""
    image: str = "2.0"
    replicas: int = 1
    running: int = 1
    generation: int = 3
    revisions: int = 2


@dataclass(frozen=True)
class Story:
    """``given`` prepares the namespace, ``when`` is what people do, and ``then`` how it ends with or without a fault.

    ``shared``: as one of many workloads, over streams that all of them share.
    """

    name: str
    when: When
    then: Ending
    given: t.Callable[[Observer, str, str], None] = field(default_factory=lambda: application)
    kind: str = "Deployment"
    shared: bool = False


def path_of(kind: str, namespace: str, name: str = "") -> str:
    """Where it is on the API server."""
    return f"/apis/apps/v1/namespaces/{namespace}/{kind.lower()}s{'/' if name else ''}{name}"


def manifest(
    namespace: str, version: str = "1.0", *, kind: str = "Deployment", node: str = "", env: t.Sequence[Json] = ()
) -> Json:
    """A workload of one small pod that stops at once; a DaemonSet has it on one node."""
    container = {
        "name": "app",
        "image": f"{IMAGE}:{version}",
        "env": list(env) or [{"name": "LAME_DUCK", "value": "0s"}],
        "readinessProbe": {"httpGet": {"path": "/readyz", "port": 8080}, "periodSeconds": 1},
    }
    pod = {"terminationGracePeriodSeconds": 0, "automountServiceAccountToken": False, "containers": [container]}
    of_kind: dict[str, Json] = {
        "Deployment": {"replicas": 1, "strategy": {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}},
        "StatefulSet": {"replicas": 1, "serviceName": "app"},
        "DaemonSet": {},
    }
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"namespace": namespace, "name": "app"},
        "spec": {
            **of_kind[kind],
            "selector": {"matchLabels": {"app": "app"}},
            "template": {
                "metadata": {"labels": {"app": "app"}},
                "spec": {**pod, "nodeSelector": {"kubernetes.io/hostname": node}} if node else pod,
            },
        },
    }


def application(observer: Observer, namespace: str, kind: str) -> None:
    """It runs on 1.0."""
    node = observer.a_node() if kind == "DaemonSet" else ""
    observer.create(path_of(kind, namespace), manifest(namespace, kind=kind, node=node))
    runs(observer, namespace, kind)


_COUNTS = {
    "Deployment": ("replicas", "updatedReplicas", "availableReplicas"),
    "StatefulSet": ("replicas", "updatedReplicas", "availableReplicas"),
    "DaemonSet": ("desiredNumberScheduled", "updatedNumberScheduled", "numberAvailable"),
}


def runs(observer: Observer, namespace: str, kind: str) -> None:
    """The controller says that its one pod is available."""

    def complete(workload: Json) -> bool:
        status = workload.get("status") or {}
        counts = [status.get(name, 0) for name in _COUNTS[kind]]
        return bool(status.get("observedGeneration") == workload["metadata"]["generation"] and counts == [1] * 3)

    observer.until(path_of(kind, namespace, "app"), complete)


def upgraded(observer: Observer, namespace: str, kind: str) -> None:
    """It ran on 1.0 and runs on 2.0 now."""
    application(observer, namespace, kind)
    path = path_of(kind, namespace, "app")
    workload = observer.ask("GET", path)
    workload["spec"]["template"]["spec"]["containers"][0]["image"] = f"{IMAGE}:2.0"
    workload["metadata"].pop("resourceVersion")
    observer.ask("PUT", path, workload)
    runs(observer, namespace, kind)


def with_full_quota(observer: Observer, namespace: str, kind: str) -> None:
    """It runs, and no other pod may."""
    application(observer, namespace, kind)
    path = f"/api/v1/namespaces/{namespace}/resourcequotas"
    observer.create(path, {"metadata": {"name": "tight"}, "spec": {"hard": {"pods": "1"}}})
    observer.until(f"{path}/tight", lambda quota: (quota.get("status") or {}).get("used", {}).get("pods") == "1")


def nothing(_observer: Observer, _namespace: str, _kind: str) -> None:
    """There is no workload yet."""


def to(version: str, settings: Settings = SETTINGS, kind: str = "Deployment") -> When:
    """Upgrade to that version."""
    return lambda ports, namespace: upgrade(ports, Reference(kind, namespace, "app"), Wanted(version), settings)


def scaled(replicas: int) -> When:
    """Scale to so many."""
    return lambda ports, namespace: scale(ports, Reference("Deployment", namespace, "app"), replicas, SETTINGS)


def deployed(version: str, env: t.Sequence[Json] = ()) -> When:
    """Deploy a whole definition."""
    return lambda ports, namespace: deploy(ports, manifest(namespace, version, env=env), SETTINGS, force_conflicts=True)


def rolled_back(ports: Ports, namespace: str) -> Outcome:
    """Press the button."""
    return rollback(ports, Reference("Deployment", namespace, "app"), Target(), SETTINGS)


_UNDONE = Ending(status="failed", version_after="1.0", rolled_back="1.0", image="1.0", generation=4)
_STILL_1_0 = Ending(version_after="1.0", image="1.0", generation=2, revisions=1)
_CRASHING = ({"name": "LAME_DUCK", "value": "nonsense"},)

GOOD_UPGRADE = Story("good upgrade", to("2.0"), Ending())

STORIES: tuple[Story, ...] = (
    Story("never ready", to("3.0", IMPATIENT), replace(_UNDONE, code="probe")),
    Story("crash loop", deployed("2.0", _CRASHING), replace(_UNDONE, code="crash_loop")),
    Story("bad image", to("9.9"), replace(_UNDONE, code="image_not_found"), shared=True),
    Story(
        "bad image of a StatefulSet",
        to("9.9", kind="StatefulSet"),
        replace(_UNDONE, code="image_not_found", generation=3),
        kind="StatefulSet",
    ),
    GOOD_UPGRADE,
    Story(
        "good upgrade of a DaemonSet", to("2.0", kind="DaemonSet"), Ending(generation=2), kind="DaemonSet", shared=True
    ),
    Story(
        "rollback",
        rolled_back,
        Ending(version_before="2.0", version_after="1.0", image="1.0", generation=4),
        given=upgraded,
    ),
    Story("first deployment", deployed("2.0"), Ending(version_before="", generation=2, revisions=1), given=nothing),
    Story("scale to nothing", scaled(0), replace(_STILL_1_0, replicas=0, running=0), shared=True),
    Story(
        "quota full", scaled(2), replace(_STILL_1_0, status="failed", code="quota", replicas=2), given=with_full_quota
    ),
)
"""The longest first."""
