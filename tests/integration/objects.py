# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects of the cluster by what a manifest says, and when a workload has become what its own says."""

from __future__ import annotations

import typing as t

Json = dict[str, t.Any]


def path(api_version: str, kind: str, namespace: str = "", name: str = "") -> str:
    """Where the API server keeps it. English plurals do for all kinds that Kubernetes brings along."""
    plural = kind.lower()
    if plural.endswith("y"):
        plural = f"{plural[:-1]}ies"
    else:
        plural += "es" if plural.endswith("s") else "s"
    parts = ["api" if api_version == "v1" else "apis", api_version]
    parts += ["namespaces", namespace, plural] if namespace else [plural]
    return "/".join(["", *parts, *([name] if name else [])])


def patch_form(api_version: str) -> str:
    """How a part of it is merged in: only what Kubernetes brings along has lists that are merged by a key."""
    custom = api_version.startswith("gateway.networking.k8s.io/")
    return f"application/{'' if custom else 'strategic-'}merge-patch+json"


def shown(found: Json) -> Json:
    """As people look at it: who wrote which field would be most of what is printed of it."""
    found.get("metadata", {}).pop("managedFields", None)
    return found


def settled(workload: Json) -> bool:
    """Whether all pods are of this generation and available, as ``kubectl rollout status`` would say."""
    status, spec = workload.get("status") or {}, workload["spec"]
    if status.get("observedGeneration", 0) < workload["metadata"]["generation"]:
        return False
    if workload["kind"] == "DaemonSet":
        counts = [status.get(each, 0) for each in ("updatedNumberScheduled", "numberAvailable")]
        wanted = status.get("desiredNumberScheduled", 0)
        return bool(wanted) and counts == [wanted, wanted]
    counts = [status.get(each, 0) for each in ("replicas", "updatedReplicas", "availableReplicas")]
    return counts == [spec["replicas"]] * 3
