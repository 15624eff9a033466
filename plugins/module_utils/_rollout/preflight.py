# SPDX-License-Identifier: GPL-3.0-or-later
"""What is checked before the first write: each answer is a reason to refuse, complete with the way out."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects, quantities
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds.kind import Kind

if t.TYPE_CHECKING:
    from decimal import Decimal

Json = dict[str, t.Any]

_OWNERS: tuple[tuple[str, str, str, str], ...] = (
    ("annotations", "argocd.argoproj.io/tracking-id", "", "Argo CD"),
    ("labels", "argocd.argoproj.io/instance", "", "Argo CD"),
    ("labels", "kustomize.toolkit.fluxcd.io/name", "", "Flux"),
    ("labels", "helm.toolkit.fluxcd.io/name", "", "Flux"),
    ("labels", "app.kubernetes.io/managed-by", "Helm", "Helm"),
)


def owner(workload: Json) -> str:
    """The tool that owns the workload and would put its own version back; empty when none does."""
    for field, key, value, tool in _OWNERS:
        found = (objects.metadata(workload).get(field) or {}).get(key)
        if found and (not value or found == value):
            return tool
    return ""


def owned_elsewhere(workload: Json) -> str:
    """Why a workload that another tool owns is left alone; empty when none does."""
    tool = owner(workload)
    return (
        f"it is managed by {tool}, which would put its own version back. Change it there, or set allow_managed: true."
        if tool
        else ""
    )


def no_history(workload: Json) -> str:
    """Why a workload that keeps no history is not upgraded when its failure should be rolled back; empty when it keeps some."""
    if objects.spec(workload).get("revisionHistoryLimit") == 0:
        return (
            "its revisionHistoryLimit is 0, so there would be no way back."
            " Set it to 1 or more, or set on_failure to pause or keep."
        )
    return ""


def no_headroom(kind: Kind, workload: Json, template: Json, quotas: t.Iterable[Json]) -> str:
    """Which ResourceQuota has no room for the one surge pod without which the rollout cannot begin; empty when all have.

    Quotas with scopes are left out: whether they count the pod is the API server's to say, and it will.
    """
    surging, missing = kind.surge(workload)
    if not surging or missing or not int(objects.spec(workload).get("replicas", 1)):
        return ""
    short = _short(1, template, quotas)
    if not short:
        return ""
    return (
        f"{short[0]} has no room for a surge pod: {short[1]}, and maxUnavailable 0 lets no old pod go first."
        " Raise the quota, or allow maxUnavailable 1."
    )


def no_room_for(pods: int, template: Json, quotas: t.Iterable[Json]) -> str:
    """Which ResourceQuota has no room for so many more pods; empty when all have."""
    short = _short(pods, template, quotas)
    return (
        f"{short[0]} has no room for {pods} more pods: {short[1]}. Raise the quota, or use strategy: rolling."
        if short
        else ""
    )


def _short(pods: int, template: Json, quotas: t.Iterable[Json]) -> tuple[str, str] | tuple[()]:
    """The first quota without room, and what is short in it; quotas with scopes are left out."""
    needs = pod_needs(template)
    for quota in quotas:
        spec, status = objects.spec(quota), objects.status(quota)
        if spec.get("scopes") or spec.get("scopeSelector"):
            continue
        for resource, limit in (status.get("hard") or {}).items():
            used = quantities.parse((status.get("used") or {}).get(resource, 0))
            need = pods * needs.get(resource, quantities.parse(0))
            if need and used + need > quantities.parse(limit):
                more = f"{resource} {used.normalize():f} of {limit} used, {need.normalize():f} more needed"
                return f"ResourceQuota {objects.name(quota)}", more
    return ()


def pod_needs(template: Json) -> dict[str, Decimal]:
    """What one pod counts in a ResourceQuota, by the quota's own names. Init containers are left out: they run before, not beside."""
    needs: dict[str, Decimal] = {"pods": quantities.parse(1), "count/pods": quantities.parse(1)}
    for container in objects.spec(template).get("containers") or ():
        for side, amounts in (container.get("resources") or {}).items():
            for resource, amount in (amounts or {}).items() if side in ("requests", "limits") else ():
                for key in (f"{side}.{resource}", *((resource,) if side == "requests" else ())):
                    needs[key] = needs.get(key, quantities.parse(0)) + quantities.parse(amount)
    return needs
