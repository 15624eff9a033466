# SPDX-License-Identifier: GPL-3.0-or-later
"""An application and accounts with rights of their own, made without Ansible: for tests of who may do what, and as whom."""

from __future__ import annotations

import os
import time
import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._ansible.connected import SystemClock
from ansible_collections.steady.rollout.plugins.module_utils._http.measuring import HttpMeasures
from ansible_collections.steady.rollout.plugins.module_utils._operation import wait
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Settings
from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports
from ansible_collections.steady.rollout.plugins.module_utils._rollout import kinds, resources
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference
from ansible_collections.steady.rollout.plugins.module_utils._rollout.zero_downtime import Care

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._cluster.cluster import ApiCluster

Json = dict[str, t.Any]

IMAGE = os.environ.get("SCENARIO_IMAGE") or "registry.lab:5000/app"
RBAC = "rbac.authorization.k8s.io/v1"
SETTINGS = Settings(timeout=180.0, holder="tests", zero_downtime=Care(require=False))
"""Patient enough for a machine that does much else."""


class Told:
    """Progress that was told."""

    detailed = True

    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, text: str, **_how: object) -> None:
        """One line."""
        self.lines.append(text)


def ports(cluster: ApiCluster) -> Ports:
    """The ports of an operation on that cluster; ``progress`` is a ``Told``."""
    return Ports(cluster, SystemClock(), Told(), HttpMeasures())


def manifest(kind: str, namespace: str, version: str = "1.0", **spec: t.Any) -> Json:
    """An application of two pods, or of one on each node."""
    replicas = {} if kind == "DaemonSet" else {"replicas": 2}
    container = {
        "name": "app",
        "image": f"{IMAGE}:{version}",
        "env": [{"name": "LAME_DUCK", "value": "0s"}],
        "readinessProbe": {"httpGet": {"path": "/readyz", "port": 8080}, "periodSeconds": 1},
    }
    template = {
        "metadata": {"labels": {"app": "app"}},
        "spec": {"terminationGracePeriodSeconds": 1, "automountServiceAccountToken": False, "containers": [container]},
    }
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": "app", "namespace": namespace},
        "spec": {"selector": {"matchLabels": {"app": "app"}}, "template": template, **replicas, **spec},
    }


def given_application(cluster: ApiCluster, namespace: str, kind: str = "Deployment") -> Reference:
    """An application on 1.0 that has only just been made."""
    cluster.create(kinds.named(kind).RESOURCE, namespace, manifest(kind, namespace))
    return Reference(kind, namespace, "app")


def given_running_application(cluster: ApiCluster, namespace: str, kind: str = "Deployment") -> Reference:
    """An application that runs on 1.0."""
    reference = given_application(cluster, namespace, kind)
    assert wait.wait(ports(cluster), reference, SETTINGS).status == "complete"
    return reference


def grant(cluster: ApiCluster, namespace: str, name: str, rules: t.Sequence[Json], subject: Json) -> None:
    """A Role with these rules, bound to that subject."""
    metadata = {"name": name, "namespace": namespace}
    role = {"apiVersion": RBAC, "kind": "Role", "metadata": metadata, "rules": list(rules)}
    binding = {
        "apiVersion": RBAC,
        "kind": "RoleBinding",
        "metadata": metadata,
        "roleRef": {"apiGroup": RBAC.partition("/")[0], "kind": "Role", "name": name},
        "subjects": [subject],
    }
    cluster.create(resources.Resource(RBAC, "roles", "Role"), namespace, role)
    cluster.create(resources.Resource(RBAC, "rolebindings", "RoleBinding"), namespace, binding)


def service_account(cluster: ApiCluster, namespace: str, name: str, rules: t.Sequence[Json]) -> str:
    """A ServiceAccount that may do just that; answers with a token of it that lives for ten minutes."""
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": namespace}}
    cluster.create(resources.Resource("v1", "serviceaccounts", "ServiceAccount"), namespace, account)
    grant(cluster, namespace, name, rules, {"kind": "ServiceAccount", "name": name, "namespace": namespace})
    return token(cluster, namespace, name)


def token(cluster: ApiCluster, namespace: str, name: str, bound_to: Json | None = None) -> str:
    """A token of the ServiceAccount for ten minutes, or until the object that it is bound to is gone."""
    request = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {"expirationSeconds": 600, **({"boundObjectRef": bound_to} if bound_to else {})},
    }
    made = cluster.create(resources.Resource("v1", f"serviceaccounts/{name}/token", "TokenRequest"), namespace, request)
    return str(made["status"]["token"])


def until(true: t.Callable[[], bool], what: str, seconds: float = 60.0) -> None:
    """Wait for what others do in their own time."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"{what}: not so after {seconds:.0f} s"
        time.sleep(0.05)
