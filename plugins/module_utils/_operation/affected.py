# SPDX-License-Identifier: GPL-3.0-or-later
"""The workloads that have pods on a node: which they are, and how they are."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._operation import reading
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, kinds, nodes, resources
from ansible_collections.steady.rollout.plugins.module_utils._rollout import verdict as verdicts
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Limits
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Cluster
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.verdict import Verdict

Json = dict[str, t.Any]

_MOVING = (resources.DEPLOYMENT.kind, resources.STATEFUL_SET.kind)


def workloads(cluster: Cluster, pods: t.Iterable[Json]) -> tuple[Reference, ...]:
    """The Deployments and StatefulSets that make these pods, each once, by namespace and name."""
    owners = {nodes.owner_of(pod) for pod in pods}
    found = {_workload(cluster, owner) for owner in owners if owner}
    return tuple(sorted((each for each in found if each), key=lambda each: (each.namespace, each.name, each.kind)))


def _workload(cluster: Cluster, owner: Reference) -> Reference | None:
    """Whose change is a rollout; None for what rolls nothing, or is gone."""
    try:
        above: Reference | None = owner
        if owner.kind == resources.REPLICA_SET.kind:
            above = nodes.owner_of(cluster.read(resources.REPLICA_SET, owner.namespace, owner.name))
        return above if above and above.kind in _MOVING else None
    except errors.NotFound:
        return None


def verdict(cluster: Cluster, reference: Reference) -> Verdict | None:
    """How the workload is now; None when it is gone, or paused and so no wait would end."""
    kind = kinds.named(reference.kind)
    try:
        present = reading.workload(cluster, kind, reference)
    except errors.NotFound:
        return None
    if kind.refusal(present):
        return None
    snapshot = reading.snapshot(cluster, kind, reference, present)
    return verdicts.judge(kind, snapshot, verdicts.aim_at(present), verdicts.Memory(), Limits(), 0.0)[1]
