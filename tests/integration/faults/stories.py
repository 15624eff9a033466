# SPDX-License-Identifier: GPL-3.0-or-later
"""Ten things that people do to a workload, and how each of them ends."""

from __future__ import annotations

import os
import typing as t
from dataclasses import dataclass, field

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
SETTINGS = Settings(
    timeout=150.0, limits=Limits(config_grace=1.0, probe_grace=3.0, crash_restarts=1, unschedulable_grace=2.0)
)


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
    """``given`` prepares the namespace, ``when`` is what people do, and ``then`` how it ends with or without a fault."""

    name: str
    when: t.Callable[[Ports, str], Outcome]
    then: Ending
    given: t.Callable[[Observer, str], None] = field(
        default=lambda observer, namespace: application(observer, namespace)
    )


def deployments(namespace: str, name: str = "") -> str:
    """The path."""
    return f"/apis/apps/v1/namespaces/{namespace}/deployments{'/' if name else ''}{name}"


def manifest(namespace: str, version: str = "1.0", *, replicas: int = 1, env: t.Sequence[Json] = ()) -> Json:
    """A Deployment of one small pod that stops at once."""
    container = {
        "name": "app",
        "image": f"{IMAGE}:{version}",
        "env": list(env) or [{"name": "LAME_DUCK", "value": "0s"}],
        "readinessProbe": {"httpGet": {"path": "/readyz", "port": 8080}, "periodSeconds": 1},
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"namespace": namespace, "name": "app"},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": "app"}},
            "strategy": {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
            "template": {
                "metadata": {"labels": {"app": "app"}},
                "spec": {"terminationGracePeriodSeconds": 0, "containers": [container]},
            },
        },
    }


def reference(namespace: str) -> Reference:
    """Which workload it is about."""
    return Reference("Deployment", namespace, "app")


def application(observer: Observer, namespace: str, replicas: int = 1) -> None:
    """It runs on 1.0."""
    observer.create(deployments(namespace), manifest(namespace, replicas=replicas))
    runs(observer, namespace)


def runs(observer: Observer, namespace: str) -> None:
    """The controller says that it is complete."""

    def complete(workload: Json) -> bool:
        status = workload.get("status") or {}
        wanted = workload["spec"]["replicas"]
        counts = [status.get(name, 0) for name in ("replicas", "updatedReplicas", "availableReplicas")]
        return bool(status.get("observedGeneration") == workload["metadata"]["generation"] and counts == [wanted] * 3)

    observer.until(deployments(namespace, "app"), complete)


def upgraded(observer: Observer, namespace: str) -> None:
    """It ran on 1.0 and runs on 2.0 now."""
    application(observer, namespace)
    path = deployments(namespace, "app")
    workload = observer.ask("GET", path)
    workload["spec"]["template"]["spec"]["containers"][0]["image"] = f"{IMAGE}:2.0"
    workload["metadata"].pop("resourceVersion")
    observer.ask("PUT", path, workload)
    runs(observer, namespace)


def with_full_quota(observer: Observer, namespace: str) -> None:
    """It runs, and no other pod may."""
    application(observer, namespace)
    path = f"/api/v1/namespaces/{namespace}/resourcequotas"
    observer.create(path, {"metadata": {"name": "tight"}, "spec": {"hard": {"pods": "1"}}})
    observer.until(f"{path}/tight", lambda quota: (quota.get("status") or {}).get("used", {}).get("pods") == "1")


def nothing(_observer: Observer, _namespace: str) -> None:
    """There is no workload yet."""


def to(version: str) -> t.Callable[[Ports, str], Outcome]:
    """Upgrade to that version."""
    return lambda ports, namespace: upgrade(ports, reference(namespace), Wanted(version), SETTINGS)


def scaled(replicas: int) -> t.Callable[[Ports, str], Outcome]:
    """Scale to so many."""
    return lambda ports, namespace: scale(ports, reference(namespace), replicas, SETTINGS)


def deployed(version: str, env: t.Sequence[Json] = ()) -> t.Callable[[Ports, str], Outcome]:
    """Deploy a whole definition."""
    return lambda ports, namespace: deploy(ports, manifest(namespace, version, env=env), SETTINGS, force_conflicts=True)


def rolled_back(ports: Ports, namespace: str) -> Outcome:
    """Press the button."""
    return rollback(ports, reference(namespace), Target(), SETTINGS)


_UNDONE = {"status": "failed", "version_after": "1.0", "rolled_back": "1.0", "image": "1.0", "generation": 4}
_CRASHING = ({"name": "LAME_DUCK", "value": "nonsense"},)
_INCOMPLETE = ({"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "missing", "key": "token"}}},)

STORIES: tuple[Story, ...] = (
    Story("never ready", to("3.0"), Ending(**_UNDONE, code="probe")),
    Story("crash loop", deployed("2.0", _CRASHING), Ending(**_UNDONE, code="crash_loop")),
    Story("missing secret", deployed("2.0", _INCOMPLETE), Ending(**_UNDONE, code="container_config")),
    Story("bad image", to("9.9"), Ending(**_UNDONE, code="image_not_found")),
    Story("good upgrade", to("2.0"), Ending()),
    Story(
        "rollback",
        rolled_back,
        Ending(version_before="2.0", version_after="1.0", image="1.0", generation=4),
        given=upgraded,
    ),
    Story(
        "scale up",
        scaled(2),
        Ending(version_after="1.0", image="1.0", replicas=2, running=2, generation=2, revisions=1),
    ),
    Story(
        "scale to nothing",
        scaled(0),
        Ending(version_after="1.0", image="1.0", replicas=0, running=0, generation=2, revisions=1),
    ),
    Story("first deployment", deployed("2.0"), Ending(version_before="", generation=2, revisions=1), given=nothing),
    Story(
        "quota full",
        scaled(2),
        Ending(status="failed", code="quota", version_after="1.0", image="1.0", replicas=2, generation=2, revisions=1),
        given=with_full_quota,
    ),
)
"""The longest first."""
