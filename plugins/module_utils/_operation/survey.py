# SPDX-License-Identifier: GPL-3.0-or-later
"""Checking many workloads before the first of them is changed, without asking the API server the same thing twice."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, kinds, objects
from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import Resource, Scope

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.many import Task
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Cluster, Ports

Json = dict[str, t.Any]

_WORKLOADS = frozenset(kind.RESOURCE for kind in kinds.WAITED_FOR)


class Glance:
    """A cluster of which everything is read once: all workloads of a kind and namespace together. All else is the cluster's own."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._lists: dict[Scope, t.Sequence[Json]] = {}
        self._named: dict[Scope, dict[str, Json]] = {}
        self._rules: dict[str, t.Sequence[Json]] = {}

    def read(self, resource: Resource, namespace: str, name: str) -> Json:
        """One object. Raises NotFound."""
        scope = Scope(resource, namespace)
        if resource in _WORKLOADS and scope not in self._named:
            self._named[scope] = {objects.name(item): item for item in self.list(scope)}
        return self._named.get(scope, {}).get(name) or self._cluster.read(resource, namespace, name)

    def list(self, scope: Scope) -> t.Sequence[Json]:
        """The scope's objects."""
        if scope not in self._lists:
            self._lists[scope] = self._cluster.list(scope)
        return self._lists[scope]

    def rules(self, namespace: str) -> t.Sequence[Json]:
        """What RBAC allows us in the namespace."""
        if namespace not in self._rules:
            self._rules[namespace] = self._cluster.rules(namespace)
        return self._rules[namespace]

    def __getattr__(self, name: str) -> t.Any:
        return getattr(self._cluster, name)


def check(ports: Ports, tasks: t.Sequence[Task]) -> None:
    """Let each task look at its workload and decide, and write nothing. Raises Refused naming every one that cannot be done."""
    once = replace(ports, cluster=t.cast("Cluster", Glance(ports.cluster)))
    refused = []
    for task in tasks:
        try:
            task.operate(once, task.reference, replace(task.settings, only_check=True))
        except errors.RolloutError as reason:
            refused.append(str(reason))
    if refused:
        lines = "".join(f"\n  {reason}" for reason in dict.fromkeys(refused))
        raise errors.Refused(f"Nothing was changed: {len(refused)} of {len(tasks)} workloads cannot be.{lines}")
