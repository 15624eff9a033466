# SPDX-License-Identifier: GPL-3.0-or-later
"""A metrics server for the cluster, as long as a test needs it, where it has none."""

from __future__ import annotations

import contextlib
import pathlib
import subprocess
import typing as t

from ansible_collections.steady.rollout.tests.integration import objects
from ansible_collections.steady.rollout.tests.integration.faults.observer import Observer

Json = dict[str, t.Any]

CHECKOUT = pathlib.Path(__file__).parents[2]
IMAGE = "metrics-server:v0.9.0"
API = "/apis/apiregistration.k8s.io/v1/apiservices"
REGISTERED = "v1beta1.metrics.k8s.io"
METRICS = "/apis/metrics.k8s.io/v1beta1"
RBAC = "rbac.authorization.k8s.io/v1"
ARGUMENTS = [
    "--cert-dir=/tmp",
    "--secure-port=10250",
    "--kubelet-preferred-address-types=InternalIP",
    "--kubelet-insecure-tls",
    "--metric-resolution=10s",
    "--kubelet-request-timeout=5s",
]


@contextlib.contextmanager
def serving(namespace: str) -> t.Iterator[None]:
    """While it lasts the cluster tells how much its pods use. Everything made for it goes afterwards."""
    observer = Observer()
    if observer.ask("GET", f"{API}/{REGISTERED}"):
        yield
        return
    build()
    made: list[str] = []

    def make(manifest: Json) -> str:
        meta = manifest["metadata"]
        collection = objects.path(manifest["apiVersion"], manifest["kind"], meta.get("namespace", ""))
        observer.create(collection, manifest)
        made.append(f"{collection}/{meta['name']}")
        return made[-1]

    try:
        for manifest in (*rights(namespace), *server(namespace)):
            path = make(manifest)
        observer.until(path, objects.settled)
        # Not before it answers: as long as a registered API does not, no namespace of the cluster can go.
        make(registration(namespace))
        observer.until(f"{API}/{REGISTERED}", is_available)
        observer.until(f"{METRICS}/nodes", lambda found: found.get("items"))
        yield
    finally:
        for path in reversed(made):
            observer.ask("DELETE", path)


def build() -> None:
    """Build the image where the lab's registry lacks it; about two minutes, the first time."""
    words = [str(CHECKOUT / "lab/lab"), "image", str(CHECKOUT / "lab/build/metrics-server"), IMAGE]
    said = subprocess.run(words, cwd=CHECKOUT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr


def is_available(registered: Json) -> bool:
    """Whether the API server reaches it."""
    conditions = (registered.get("status") or {}).get("conditions") or []
    return any((one["type"], one["status"]) == ("Available", "True") for one in conditions)


def rights(namespace: str) -> t.Iterator[Json]:
    """Its account, and what that may do; names of the cluster's own bear the namespace's."""
    account = {"kind": "ServiceAccount", "name": "metrics-server", "namespace": namespace}
    yield {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "metrics-server", "namespace": namespace}}
    yield {
        "apiVersion": RBAC,
        "kind": "ClusterRole",
        "metadata": {"name": namespace},
        "rules": [
            {"apiGroups": [""], "resources": ["nodes/metrics"], "verbs": ["get"]},
            {"apiGroups": [""], "resources": ["pods", "nodes"], "verbs": ["get", "list", "watch"]},
        ],
    }
    own, delegator = namespace, "system:auth-delegator"
    for name, role in ((own, own), (f"{own}-delegator", delegator)):
        yield binding("ClusterRoleBinding", {"name": name}, "ClusterRole", role, account)
    reader = "extension-apiserver-authentication-reader"
    yield binding("RoleBinding", {"name": own, "namespace": "kube-system"}, "Role", reader, account)


def binding(kind: str, meta: Json, of: str, role: str, account: Json) -> Json:
    """A binding of that role to the account."""
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": of, "name": role}
    return {"apiVersion": RBAC, "kind": kind, "metadata": meta, "roleRef": reference, "subjects": [account]}


def server(namespace: str) -> t.Iterator[Json]:
    """The Service and, last, the Deployment."""
    meta, labels = {"name": "metrics-server", "namespace": namespace}, {"app": "metrics-server"}
    ports = [{"port": 443, "targetPort": 10250}]
    yield {"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": {"selector": labels, "ports": ports}}
    container = {
        "name": "metrics-server",
        "image": f"registry.lab:5000/{IMAGE}",
        "args": ARGUMENTS,
        "readinessProbe": {"httpGet": {"path": "/readyz", "port": 10250, "scheme": "HTTPS"}, "periodSeconds": 2},
        "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],
    }
    pod = {
        "serviceAccountName": "metrics-server",
        "securityContext": {"runAsUser": 1000},
        "containers": [container],
        "volumes": [{"name": "tmp", "emptyDir": {}}],
    }
    template = {"metadata": {"labels": labels}, "spec": pod}
    spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}
    yield {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta, "spec": spec}


def registration(namespace: str) -> Json:
    """What tells the API server where to ask."""
    spec = {
        "service": {"name": "metrics-server", "namespace": namespace},
        "group": "metrics.k8s.io",
        "version": "v1beta1",
        "insecureSkipTLSVerify": True,
        "groupPriorityMinimum": 100,
        "versionPriority": 100,
    }
    return {
        "apiVersion": "apiregistration.k8s.io/v1",
        "kind": "APIService",
        "metadata": {"name": REGISTERED},
        "spec": spec,
    }
