# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects of a trial: a small application, and where a strategy is tried the Service and the route before it."""

from __future__ import annotations

import typing as t

from .asks import Ask

Json = dict[str, t.Any]

IMAGE = "registry.lab:5000/app"
MARK = "steady.rollout/chaos"
REPLICAS = 2
OF_KIND: dict[str, Json] = {
    "Deployment": {"replicas": REPLICAS, "strategy": {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}},
    "StatefulSet": {"replicas": REPLICAS, "serviceName": "app"},
    "DaemonSet": {},
}


def objects(ask: Ask, namespace: str, mark: str, patience: int = 0) -> list[Json]:
    """All of them on version 1.0. ``patience``: seconds for which a new pod has to be ready to count."""
    labels = {"app": "app"}
    container = {
        "name": "app",
        "image": f"{IMAGE}:1.0",
        "env": [{"name": "LAME_DUCK", "value": "0s"}],
        "readinessProbe": {"httpGet": {"path": "/readyz", "port": 8080}, "periodSeconds": 1},
    }
    pod = {"terminationGracePeriodSeconds": 1, "containers": [container]}
    spec = {
        **OF_KIND[ask.kind],
        **({"minReadySeconds": patience} if patience else {}),
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": pod},
    }
    meta = {"name": "app", "namespace": namespace}
    workload = {
        "apiVersion": "apps/v1",
        "kind": ask.kind,
        "metadata": {**meta, "labels": {MARK: mark}},
        "spec": spec,
    }
    if not ask.strategy:
        return [workload]
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": meta,
        "spec": {"selector": labels, "ports": [{"port": 80, "targetPort": 8080}]},
    }
    route = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": meta,
        "spec": {
            "parentRefs": [{"name": "steady", "namespace": "traefik", "sectionName": "web"}],
            "hostnames": [f"{namespace}.lab"],
            "rules": [{"backendRefs": [{"name": "app", "port": 80}]}],
        },
    }
    return [workload, service, route]
