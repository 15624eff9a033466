# SPDX-License-Identifier: GPL-3.0-or-later
"""The twin of a Deployment in the cluster: made, grown, remembered how far it is, and removed when all is over."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._operation import writing
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, objects, resources
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds import deployment
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic import state, twin

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Cluster
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import Resource
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic.state import State

Json = dict[str, t.Any]


def reference_of(item: Json) -> Reference:
    """Which workload the twin is."""
    return Reference(resources.DEPLOYMENT.kind, str(objects.metadata(item)["namespace"]), objects.name(item))


def listed(cluster: Cluster, namespace: str) -> list[Json]:
    """The twin Deployments in the namespace. Who may see single Deployments by name only cannot have made one, and sees none."""
    try:
        return cluster.list(resources.Scope(resources.DEPLOYMENT, namespace, labels=twin.SELECTED))
    except errors.Forbidden:
        return []


def made(cluster: Cluster, resource: Resource, manifest: Json, owner: Json, *, dry_run: bool = False) -> Json:
    """The object of that manifest, made unless it is there already. Raises Refused for one of somebody else."""
    namespace, name = str(objects.metadata(manifest)["namespace"]), objects.name(manifest)
    try:
        return cluster.create(resource, namespace, manifest, dry_run=dry_run)
    except errors.Conflict:
        found = cluster.read(resource, namespace, name)
        reason = twin.foreign({"kind": resource.kind, **found}, owner)
        if reason:
            raise errors.Refused(reason) from None
        return found


def foreign(cluster: Cluster, resource: Resource, namespace: str, name: str, owner: Json) -> str:
    """Why that name cannot be taken for a twin; empty when it can."""
    try:
        return twin.foreign({"kind": resource.kind, **cluster.read(resource, namespace, name)}, owner)
    except errors.NotFound:
        return ""


def noted(cluster: Cluster, item: Json, kept: State, *, replicas: int | None = None) -> Json:
    """The twin Deployment with what it is to keep, and with so many pods where a number is given."""
    notes = state.annotation(kept)

    def make(now: Json) -> Json:
        grown = {"spec": {"replicas": replicas}} if replicas not in (None, deployment.wanted(now)) else {}
        return {**writing.annotation_patch(now, notes), **grown}

    return writing.change(cluster, deployment, reference_of(item), item, make)[1]


def removed(cluster: Cluster, namespace: str, service: str, item: Json, owner: Json) -> None:
    """Remove the twin's Service and then its Deployment, which keeps how far all is. Those of somebody else stay."""
    try:
        found = cluster.read(resources.SERVICE, namespace, service)
    except errors.NotFound:
        found = {}
    if found and twin.is_of(found, owner):
        cluster.delete(resources.SERVICE, namespace, service, uid=objects.uid(found))
    cluster.delete(resources.DEPLOYMENT, namespace, objects.name(item), uid=objects.uid(item))
