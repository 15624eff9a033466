# SPDX-License-Identifier: GPL-3.0-or-later
"""Info: how workloads are now, what is wrong with them, and their histories."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.steady.rollout.plugins.module_utils._operation import reading
from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic import twins
from ansible_collections.steady.rollout.plugins.module_utils._rollout import (
    errors,
    kinds,
    leases,
    objects,
    preflight,
    resources,
    revisions,
)
from ansible_collections.steady.rollout.plugins.module_utils._rollout import verdict as verdicts
from ansible_collections.steady.rollout.plugins.module_utils._rollout.case import Case
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Limits
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic import state, twin

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Cluster, Ports
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds.kind import Kind
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Snapshot

Json = dict[str, t.Any]


def info(ports: Ports, kind_name: str, namespace: str, name: str, limits: Limits, container: str = "") -> list[Case]:
    """What is known of one workload, or of all of that kind in the namespace. Raises NotFound for one that does not exist."""
    kind = kinds.named(kind_name)
    if not name:
        return everything(ports, (kind_name,), namespace, limits, container)
    reference = Reference(kind_name, namespace, name)
    present = reading.workload(ports.cluster, kind, reference)
    snapshot = reading.snapshot(ports.cluster, kind, reference, present)
    beside = twins.listed(ports.cluster, namespace) if kind_name == resources.DEPLOYMENT.kind else []
    lease = _lease(ports.cluster, reference)
    return [describe(kind, snapshot, limits, container, lease, _strategy(present, beside))]


def everything(
    ports: Ports, kind_names: t.Iterable[str], namespace: str, limits: Limits, container: str = ""
) -> list[Case]:
    """What is known of all workloads of these kinds, in the namespace or (where it is empty) in all, by namespace, name and kind.

    Each resource is listed once, however many workloads and kinds there are.
    """
    wanted = [kinds.named(name) for name in dict.fromkeys(kind_names)]
    histories = tuple(dict.fromkeys(kind.REVISION_RESOURCE for kind in wanted))
    found = _listed(ports.cluster, namespace, (*(kind.RESOURCE for kind in wanted), *histories))
    workloads = [(kind, item) for kind in wanted for item in found[kind.RESOURCE]]
    beside = [item for kind, item in workloads if kind.RESOURCE == resources.DEPLOYMENT and twin.is_one(item)]
    held = {(_namespace(item), objects.name(item)): item for item in found[resources.LEASE]}
    owned = Belongings.of(
        [item for resource in histories for item in found[resource]], found[resources.POD], found[resources.EVENT]
    )

    def case(kind: Kind, workload: Json) -> Case:
        reference = Reference(kind.RESOURCE.kind, _namespace(workload), objects.name(workload))
        snapshot = kind.gather(reference, ([workload], *owned.of_workload(workload)))
        lease = held.get((reference.namespace, leases.name_of(reference)), {})
        return describe(kind, snapshot, limits, container, lease, _strategy(workload, beside))

    cases = [case(kind, item) for kind, item in workloads]
    return sorted(cases, key=lambda each: (each.facts["namespace"], each.facts["name"], each.facts["kind"]))


def _listed(
    cluster: Cluster, namespace: str, own: t.Sequence[resources.Resource]
) -> dict[resources.Resource, list[Json]]:
    """These, their pods, the warnings and the Leases, all at once: the server makes one list ready while another one is read."""
    from concurrent.futures import ThreadPoolExecutor

    scopes = [resources.Scope(resource, namespace) for resource in (*own, resources.POD)]
    scopes += [resources.Scope(resources.EVENT, namespace, fields="type=Warning")]
    with ThreadPoolExecutor(len(scopes) + 1) as threads:
        held = threads.submit(_leases, cluster, namespace)
        found = dict(zip((scope.resource for scope in scopes), threads.map(cluster.list, scopes), strict=True))
        return {**found, resources.LEASE: held.result()}


def _strategy(workload: Json, twins_there: t.Iterable[Json]) -> Json:
    """How far the rollout by weights is that is under way; empty when none is."""
    kept = next((state.read(item) for item in twins_there if twin.is_of(item, workload)), None)
    return kept.facts() if kept else {}


def _namespace(item: Json) -> str:
    return str(objects.metadata(item).get("namespace", ""))


@dataclass(frozen=True)
class Belongings:
    """All revisions, pods and warnings, by the UID of what they belong to."""

    revisions: dict[str, list[Json]]
    pods: dict[str, list[Json]]
    events: dict[str, list[Json]]

    @classmethod
    def of(cls, revisions: t.Iterable[Json], pods: t.Iterable[Json], events: t.Iterable[Json]) -> Belongings:
        """Sorted out once, so that many workloads cost no more than their own."""
        return cls(_by(objects.controller, revisions), _by(objects.controller, pods), _by(objects.about, events))

    def of_workload(self, workload: Json) -> tuple[list[Json], list[Json], list[Json]]:
        """Its revisions, its pods and the warnings about any of them."""
        own = objects.uid(workload)
        revisions = self.revisions.get(own, [])
        owners = (own, *map(objects.uid, revisions))
        pods = [pod for owner in owners for pod in self.pods.get(owner, [])]
        events = [event for uid in (*owners, *map(objects.uid, pods)) for event in self.events.get(uid, [])]
        return revisions, pods, events


def _by(key: t.Callable[[Json], str], items: t.Iterable[Json]) -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = {}
    for item in items:
        found.setdefault(key(item), []).append(item)
    return found


def _lease(cluster: Cluster, reference: Reference) -> Json:
    """The Lease of the run that changes it; empty when none does, or it may not be read."""
    try:
        return cluster.read(resources.LEASE, reference.namespace, leases.name_of(reference))
    except (errors.NotFound, errors.Forbidden):
        return {}


def _leases(cluster: Cluster, namespace: str) -> list[Json]:
    try:
        return cluster.list(resources.Scope(resources.LEASE, namespace, labels=leases.LABEL))
    except errors.Forbidden:
        return []


def describe(kind: Kind, snapshot: Snapshot, limits: Limits, container: str, lease: Json, strategy: Json) -> Case:
    """One workload, with its facts as results show them."""
    present = snapshot.workload or {}
    _memory, verdict = verdicts.judge(kind, snapshot, verdicts.aim_at(present), verdicts.Memory(), limits, 0.0)
    history = revisions.history(kind, snapshot, container)
    facts = {
        "kind": kind.RESOURCE.kind,
        "namespace": _namespace(present),
        "name": objects.name(present),
        **reading.facts(kind, present, container, snapshot.revisions),
        "status": verdict.phase,
        "message": verdict.message,
        "replicas": verdict.status.wanted,
        "ready": verdict.status.new_ready,
        "available": verdict.status.available,
        "paused": kind.paused(present),
        "running": leases.facts(lease),
        "managed_by": preflight.owner(present),
        "strategy": strategy,
        "findings": [finding.facts() for finding in verdict.findings],
        "history": [revision.facts() for revision in history],
    }
    return Case(kind, snapshot, verdict, history, facts)
