# SPDX-License-Identifier: GPL-3.0-or-later
"""Info: how workloads are now, what is wrong with them, and their histories."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._operation import reading
from ansible_collections.steady.rollout.plugins.module_utils._rollout import (
    kinds,
    objects,
    preflight,
    resources,
    revisions,
)
from ansible_collections.steady.rollout.plugins.module_utils._rollout import verdict as verdicts
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Limits
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds.kind import Kind
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Snapshot

Json = dict[str, t.Any]


def info(ports: Ports, kind_name: str, namespace: str, name: str, limits: Limits, container: str = "") -> list[Json]:
    """The facts of one workload, or of all of that kind in the namespace. Raises NotFound for one that does not exist."""
    kind = kinds.named(kind_name)
    if name:
        reference = Reference(kind_name, namespace, name)
        present = reading.workload(ports.cluster, kind, reference)
        return [describe(kind, reading.snapshot(ports.cluster, kind, reference, present), limits, container)]
    everything = [
        ports.cluster.list(resources.Scope(resource, namespace, fields=fields))
        for resource, fields in (
            (kind.RESOURCE, ""),
            (kind.REVISION_RESOURCE, ""),
            (resources.POD, ""),
            (resources.EVENT, "type=Warning"),
        )
    ]
    names = sorted(objects.name(item) for item in everything[0])
    return [
        describe(kind, kind.gather(Reference(kind_name, namespace, item), everything), limits, container)
        for item in names
    ]


def describe(kind: Kind, snapshot: Snapshot, limits: Limits, container: str) -> Json:
    """One workload's facts, as results show them."""
    present = snapshot.workload or {}
    _memory, verdict = verdicts.judge(kind, snapshot, verdicts.aim_at(present), verdicts.Memory(), limits, 0.0)
    return {
        "kind": kind.RESOURCE.kind,
        "namespace": objects.metadata(present).get("namespace", ""),
        "name": objects.name(present),
        **reading.facts(kind, present, container, snapshot.revisions),
        "status": verdict.phase,
        "message": verdict.message,
        "replicas": verdict.status.wanted,
        "ready": verdict.status.new_ready,
        "available": verdict.status.available,
        "paused": kind.paused(present),
        "managed_by": preflight.owner(present),
        "findings": [finding.facts() for finding in verdict.findings],
        "history": [revision.facts() for revision in revisions.history(kind, snapshot, container)],
    }
