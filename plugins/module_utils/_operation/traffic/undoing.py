# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of a rollout by weights, good or bad: requests go back first, then the load balancer drains, and only then pods go."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.steady.rollout.plugins.module_utils._operation import permissions, reading
from ansible_collections.steady.rollout.plugins.module_utils._operation.operate import Plan
from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic import shifting, twins, watching
from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.roll import Roll
    from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic.finding import UnderWay

Json = dict[str, t.Any]

DRAIN = 5.0
"""Seconds from the moment at which the route is taken until pods go: Traefik has its new configuration in use within two."""


def ended(roll: Roll, under_way: UnderWay, owner: Json, *, drains: bool = False) -> None:
    """Give all requests back to the stable Service, let the load balancer drain, and remove the twin. Raises what stops it.

    ``drains``: they have been given back already, but only just now.
    """
    fork = under_way.fork
    if shifting.give_back(roll.ports, roll.journal, fork) or drains:
        watching.let_pass(roll.ports, (shifting.scope_of(fork.namespace, fork.route),), DRAIN)
    twins.removed(roll.ports.cluster, fork.namespace, fork.twin, under_way.twin, owner)
    roll.journal.say(
        f"{under_way.state.strategy} removed: Deployment {objects.name(under_way.twin)}, Service {fork.twin}"
    )


def plan(under_way: UnderWay, roll: Roll, asked: str, runs: str) -> Plan:
    """The plan that ends a rollout by weights on the side that users have had all the time; no stable pod is rolled."""
    kept = under_way.state
    permissions.require(roll.ports, roll.kind, roll.reference, permissions.STRATEGIES[kept.strategy])
    done = f"back on {runs} with all requests; the {kept.strategy} of {kept.version} is undone"

    def write(held: Roll) -> tuple[Json | None, Json]:
        present = reading.workload(held.ports.cluster, held.kind, held.reference)
        if not held.settings.dry_run:
            ended(held, under_way, present)
        return present, present

    return Plan(asked, done, f"undoing the {kept.strategy} of {kept.version}, {kept.words}", write)


def first(under_way: UnderWay, planned: Plan) -> Plan:
    """The same plan, begun by ending the rollout by weights: requests first, pods after."""

    def write(held: Roll) -> tuple[Json | None, Json]:
        if not held.settings.dry_run:
            ended(held, under_way, reading.workload(held.ports.cluster, held.kind, held.reference))
        if planned.write is None:
            raise AssertionError("a plan that writes nothing has nothing to begin")
        return planned.write(held)

    return replace(planned, write=write)
