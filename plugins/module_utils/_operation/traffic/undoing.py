# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of a rollout by weights, good or bad: requests go back first, then the load balancer drains, and only then pods go."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ansible_collections.steady.rollout.plugins.module_utils._operation import permissions, reading
from ansible_collections.steady.rollout.plugins.module_utils._operation.operate import Plan
from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic import shifting, twins, watching
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, objects
from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates import endpoints_ready

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.roll import Change, Roll
    from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic.finding import UnderWay
    from ansible_collections.steady.rollout.plugins.module_utils._operation.waiting import Look
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import Scope
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic.routes import Fork
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.verdict import Verdict

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


@dataclass
class Served:
    """The step of a wait for a twin that has requests: it fails as soon as nobody answers them any more."""

    fork: Fork

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """The endpoints of the twin's Service."""
        return (shifting.slices_of(self.fork.namespace, self.fork.twin),)

    def look(self, look: Look) -> Verdict:
        """The verdict, failed without a ready endpoint."""
        if look.verdict.phase == "failed" or self.answered(look):
            return look.verdict
        return replace(look.verdict, phase="failed", message=f"Service {self.fork.twin} has no ready endpoint any more")

    def answered(self, look: Look) -> bool:
        """Whether anybody answers the twin's requests."""
        return bool(endpoints_ready.ready(look.objects(self.scopes[0]), self.fork.twin))

    def close(self) -> None:
        """Nothing was begun."""


@dataclass
class WeightsFirst:
    """The step of a wait for the stable pods while the twin has requests, too.

    It gives them back the moment the rollout has failed, before those pods go back; and when nobody answers for the twin any more.
    """

    roll: Roll
    fork: Fork
    given_back: bool = False

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """The endpoints of the twin's Service."""
        return Served(self.fork).scopes

    def look(self, look: Look) -> Verdict:
        """The verdict as it is. Raises LeaseLost."""
        failed = look.verdict.phase == "failed" and not look.verdict.lost and self.roll.settings.on_failure != "keep"
        if not self.given_back and (failed or not Served(self.fork).answered(look)):
            self.given_back = True
            try:
                shifting.give_back(self.roll.ports, self.roll.journal, self.fork)
            except errors.LeaseLost:
                raise
            except errors.RolloutError as reason:
                self.roll.journal.say(f"the weights stay as they are: {reason}")
        return look.verdict

    def close(self) -> None:
        """Nothing was begun."""


def sent_back(roll: Roll, change: Change, under_way: UnderWay, before: Json) -> str:
    """What is said about the twin after a promotion that failed; it is removed once the Deployment has the template ``before`` again."""
    name = objects.name(under_way.twin)
    present = reading.workload(roll.ports.cluster, roll.kind, roll.reference)
    if objects.template(present) != before:
        return f"Deployment {name} stays, with what requests it has: run the same again to go on, or workload_rollback to undo all."
    try:
        ended(roll, under_way, change.after, drains=True)
    except errors.LeaseLost:
        raise
    except errors.RolloutError as reason:
        return f"Deployment {name} could not be removed: {reason}"
    return f"All requests are back at {under_way.fork.stable}, and Deployment {name} was removed."
