# SPDX-License-Identifier: GPL-3.0-or-later
"""One run at a time: the workload's Lease is held while an operation changes it, and every write makes sure of it first."""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import dataclass, replace

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, leases

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.journal import Journal
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Cluster, Feed, Lease
    from ansible_collections.steady.rollout.plugins.module_utils._operation.roll import Roll
    from ansible_collections.steady.rollout.plugins.module_utils._operation.waiting import Look
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import Resource, Scope
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.verdict import Verdict

Json = dict[str, t.Any]


@contextlib.contextmanager
def holding(roll: Roll, task: str, present: Json | None) -> t.Iterator[tuple[Roll, Lease]]:
    """The same roll with a cluster that writes only while the Lease is ours. The Lease is ended however this ends."""
    claim = leases.Claim(roll.reference, roll.settings.holder, task, present or {})
    lease = roll.ports.cluster.lease(claim, now=roll.ports.clock.now, say=roll.journal.say)
    try:
        lease.take(by_force=roll.settings.take_over)
        guarded = replace(roll.ports, cluster=GuardedCluster(roll.ports.cluster, lease))
        yield replace(roll, ports=guarded, keeper=Keeper(lease, roll.journal)), lease
    finally:
        lease.release()


@dataclass(frozen=True)
class Keeper:
    """The step of a wait that tells in the Lease how far the run is, and ends the wait when the Lease is lost."""

    lease: Lease
    journal: Journal
    scopes: tuple[Scope, ...] = ()

    def look(self, look: Look) -> Verdict:
        """The verdict as it is. Raises LeaseLost."""
        if self.lease.lost():
            self.journal.say(self.lease.lost())
            raise errors.LeaseLost(self.lease.lost())
        self.lease.tell(self.journal.last)
        return replace(look.verdict, look_again=min(look.verdict.look_again, look.at + leases.RENEWAL))

    def close(self) -> None:
        """Nothing: the Lease outlives a wait, for what is done about its end."""


class GuardedCluster:
    """Satisfies the port ``Cluster``: reads as they come, writes only with the Lease."""

    def __init__(self, cluster: Cluster, lease: Lease) -> None:
        self._cluster = cluster
        self._held = lease
        self.read = cluster.read
        self.list = cluster.list
        self.logs = cluster.logs
        self.lease = cluster.lease
        self.find = cluster.find
        self.rules, self.can_i, self.user = cluster.rules, cluster.can_i, cluster.user

    def patch(
        self, resource: Resource, namespace: str, name: str, body: t.Any, *, content_type: str, dry_run: bool = False
    ) -> Json:
        """The object as it is after the patch. Raises LeaseLost."""
        self._held.confirm()
        return self._cluster.patch(resource, namespace, name, body, content_type=content_type, dry_run=dry_run)

    def apply(
        self,
        resource: Resource,
        namespace: str,
        name: str,
        manifest: Json,
        *,
        force: bool = False,
        dry_run: bool = False,
    ) -> Json:
        """The object as it is after the apply. Raises LeaseLost."""
        self._held.confirm()
        return self._cluster.apply(resource, namespace, name, manifest, force=force, dry_run=dry_run)

    def create(self, resource: Resource, namespace: str, manifest: Json, *, dry_run: bool = False) -> Json:
        """The object as created. Raises LeaseLost."""
        self._held.confirm()
        return self._cluster.create(resource, namespace, manifest, dry_run=dry_run)

    def delete(self, resource: Resource, namespace: str, name: str, *, uid: str = "") -> None:
        """Delete the object. Raises LeaseLost."""
        self._held.confirm()
        self._cluster.delete(resource, namespace, name, uid=uid)

    def open_feed(self, scopes: t.Sequence[Scope]) -> Feed:
        """List and watch all scopes at once."""
        return self._cluster.open_feed(scopes)
