# SPDX-License-Identifier: GPL-3.0-or-later
"""Uncordon: wait until a node is back, let pods onto it again, and wait until the workloads that had pods there are good again."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.steady.rollout.plugins.module_utils._operation import (
    affected,
    many,
    permissions,
    wait,
    writing,
)
from ansible_collections.steady.rollout.plugins.module_utils._operation.journal import Journal
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, nodes, objects, resources, wording
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Feed, Ports, SharingCluster

Json = dict[str, t.Any]

HEARTBEAT = 15.0


@dataclass(frozen=True)
class Uncordoned:
    """What came of it; ``results`` of the workloads that were waited for."""

    message: str
    changed: bool = True
    failed: bool = False
    boot_id: str = ""
    results: tuple[Outcome, ...] = ()
    diff: Json = field(default_factory=dict)
    timeline: tuple[Json, ...] = ()
    seconds: float = 0.0


def uncordon(ports: Ports, cluster: SharingCluster, name: str, former_boot_id: str, settings: Settings) -> Uncordoned:
    """See the node back in service. With a ``former_boot_id`` it has to have booted since; it stays cordoned until it is back."""
    permissions.of_nodes(cluster, name, permissions.UNCORDON)
    reference = Reference(resources.NODE.kind, "", name)
    journal = Journal(ports, reference)
    node = cluster.read(resources.NODE, "", name)
    note = nodes.note_of(node)
    if note is None and not nodes.cordoned(node):
        return Uncordoned(f"Node {name} takes pods.", changed=False, boot_id=nodes.boot_id(node))
    if settings.dry_run:
        before, after = writing.change(cluster, nodes, reference, node, _returned, dry_run=True)
        return _result(name, before, after, would=True)
    try:
        if not (note and note.returned):
            journal.stage = nodes.stays_cordoned(note)
            missing = _Return(ports, cluster, name, former_boot_id, note, journal).missing(settings.timeout)
            if missing:
                return replace(_told(journal), message=_not_back(name, missing, note, journal.seconds))
        before, after = writing.change(cluster, nodes, reference, node, _returned)
        journal.stage = _state(after, "takes")
        outcomes = _workloads(ports, cluster, note, settings, journal)
        sick = [outcome for outcome in outcomes if outcome.failed]
        if not sick:
            writing.change(cluster, nodes, reference, after, _forgotten)
    except (errors.Interrupted, errors.Unreachable) as stopped:
        raise type(stopped)(f"{stopped} {journal.left_behind}") from None
    result = replace(_result(name, before, after), results=outcomes, failed=bool(sick))
    result = replace(result, timeline=tuple(journal.entries), seconds=journal.seconds)
    return replace(result, message=_not_good(result.message, sick)) if sick else result


def _told(journal: Journal) -> Uncordoned:
    return Uncordoned("", changed=False, failed=True, timeline=tuple(journal.entries), seconds=journal.seconds)


def _returned(node: Json) -> Json:
    """The patch that gives the node back as it was before, cordoned or not, and notes that."""
    note = nodes.note_of(node)
    if note is None:
        return {"spec": {"unschedulable": None}} if nodes.cordoned(node) else {}
    body = writing.annotation_patch(node, {nodes.MAINTENANCE: replace(note, returned=True).text})
    return body if not body or note.cordoned_before else {**body, "spec": {"unschedulable": None}}


def _forgotten(node: Json) -> Json:
    noted = nodes.MAINTENANCE in objects.annotations_of(node)
    return {"metadata": {"annotations": {nodes.MAINTENANCE: None}}} if noted else {}


def _workloads(
    ports: Ports, cluster: SharingCluster, note: nodes.Note | None, settings: Settings, journal: Journal
) -> tuple[Outcome, ...]:
    """What became of those that were complete before, but for those that somebody has deleted or paused meanwhile."""
    wanted = [each for each in note.workloads if affected.verdict(cluster, each)] if note else []
    if not wanted:
        return ()
    journal.say(f"back in service; waiting for the workloads that had pods on it: {', '.join(map(str, wanted))}")
    tasks = [many.Task(each, settings, wait.wait) for each in wanted]
    outcomes, interrupted = many.many(ports, cluster, tasks, parallel=0, stop_on_failure=False)
    if interrupted:
        raise errors.Interrupted(interrupted)
    return outcomes


def _result(name: str, before: Json, after: Json, *, would: bool = False) -> Uncordoned:
    taken = "would take" if would else "takes"
    return Uncordoned(
        f"Node {name}: {_state(after, taken)}",
        changed=before is not after,
        boot_id=nodes.boot_id(after),
        diff={
            **{
                key: f"unschedulable: {str(nodes.cordoned(node)).lower()}\n"
                for key, node in (("before", before), ("after", after))
            },
            "before_header": f"Node {name}",
            "after_header": f"Node {name}",
        },
    )


def _state(node: Json, takes: str) -> str:
    return nodes.stays_cordoned(nodes.note_of(node)) if nodes.cordoned(node) else f"it {takes} pods again."


def _not_back(name: str, missing: str, note: nodes.Note | None, seconds: float) -> str:
    return wording.failure(
        f"Node {name}",
        f"did not come back within {wording.seconds(seconds)}: {missing}",
        (),
        nodes.stays_cordoned(note),
        "Look at the host and its kubelet.",
    )


def _not_good(message: str, sick: t.Sequence[Outcome]) -> str:
    causes = "\n".join(outcome.message for outcome in sick)
    return f"{message} Of the workloads that had pods on it {len(sick)} did not become good again.\n{causes}"


class _Return:
    """Watches a node come back."""

    def __init__(
        self,
        ports: Ports,
        cluster: SharingCluster,
        name: str,
        former_boot_id: str,
        note: nodes.Note | None,
        journal: Journal,
    ) -> None:
        self._clock, self._cluster, self._journal = ports.clock, cluster, journal
        self._former = former_boot_id
        self._sick = note.sick if note else ()
        self._node = resources.Scope(resources.NODE, "", fields=f"metadata.name={name}")
        self._lease = resources.Scope(resources.LEASE, nodes.LEASES, fields=f"metadata.name={name}")
        self._pods = resources.Scope(resources.POD, "", fields=f"spec.nodeName={name}")

    def missing(self, timeout: float) -> str:
        """Wait; what was still missing when the time was up, empty when the node is back."""
        deadline = self._clock.monotonic() + timeout
        told, heartbeat = "", 0.0
        feed = self._cluster.open_feed((self._node, self._lease, self._pods))
        try:
            first = self._renewed(feed)
            while True:
                at = self._clock.monotonic()
                missing = feed.trouble() or self._lacks(feed, first)
                if missing != told or at >= heartbeat:
                    self._journal.say(missing or "Ready")
                    told, heartbeat = missing, at + HEARTBEAT
                if not missing or at >= deadline:
                    return missing
                feed.wait(max(0.0, min(deadline, heartbeat) - at))
        finally:
            feed.close()

    def _lacks(self, feed: Feed, first: str) -> str:
        """What the node lacks to be back, in words. The status alone may be that of before its kubelet ended."""
        node = next(iter(feed.objects(self._node)), None)
        if node is None:
            return "the cluster has no such node any more"
        if self._former and nodes.boot_id(node) == self._former:
            return f"its kubelet has not told of another boot yet than {self._former}"
        if not self._former and self._renewed(feed) == first:
            return "its kubelet has not renewed its Lease yet"
        starting = [name for name in nodes.starting(feed.objects(self._pods)) if name not in self._sick]
        return nodes.unready(node) or (f"not ready on it: {', '.join(starting)}" if starting else "")

    def _renewed(self, feed: Feed) -> str:
        return "".join(str(objects.spec(lease).get("renewTime")) for lease in feed.objects(self._lease))
