# SPDX-License-Identifier: GPL-3.0-or-later
"""Split: the weights of one rule of an HTTPRoute, read, or set and in force."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic import shifting
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, objects, resources
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic import routes, twin
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic.routes import Fork

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Cluster, Ports

Json = dict[str, t.Any]


@dataclass(frozen=True)
class Wanted:
    """Which rule (counted from 1; 0: the only one that sends to a Service), and backend to weight; without weights it is only read."""

    namespace: str
    route: str
    rule: int = 0
    weights: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Split:
    """The rule's weights before and after."""

    rule: int
    before: dict[str, int]
    after: dict[str, int]

    @property
    def changed(self) -> bool:
        """Whether anything had to be written."""
        return self.before != self.after


def split(ports: Ports, wanted: Wanted, *, dry_run: bool = False) -> Split:
    """Set the weights and wait until the load balancer has taken them. Raises Refused or InvalidInput before the first write."""
    cluster = ports.cluster
    present = cluster.read(resources.HTTP_ROUTE, wanted.namespace, wanted.route)
    place = _place(present, wanted)
    before = routes.weights_of(routes.rules_of(present)[place])
    if not wanted.weights:
        return Split(place + 1, before, before)
    parents = routes.parents_of(present)
    if not parents:
        raise _refused(wanted, f"no Gateway has accepted it: {routes.unaccepted(present)}.")
    _check(cluster, wanted, before)
    for name, weight in wanted.weights.items():
        if weight and before.get(name) != weight:
            shifting.require_endpoints(ports, wanted.namespace, name)

    def make(rules: list[Json]) -> list[Json]:
        if place >= len(rules) or routes.services_of(rules[place], wanted.namespace)[:1] != list(before)[:1]:
            raise _refused(wanted, "somebody else changed its rules at the same moment. Run the same again.")
        return [
            routes.with_weights(rule, wanted.weights) if index == place else rule for index, rule in enumerate(rules)
        ]

    _before, after = shifting.rewritten(cluster, wanted.namespace, wanted.route, make, dry_run=dry_run)
    if not dry_run:
        missing = shifting.untaken(ports, Fork(wanted.namespace, wanted.route, "", "", parents=parents))
        if missing:
            raise errors.Refused(
                f"HTTPRoute {wanted.namespace}/{wanted.route} was changed, but not taken within {shifting.TAKEN:.0f} s: {missing}."
            )
    return Split(place + 1, before, routes.weights_of(routes.rules_of(after)[place]))


def _place(route: Json, wanted: Wanted) -> int:
    rules = routes.rules_of(route)
    sending = [index for index, rule in enumerate(rules) if routes.services_of(rule, wanted.namespace)]
    if wanted.rule and wanted.rule - 1 not in sending:
        raise errors.InvalidInput(
            f"rule: rule {wanted.rule} of {_name(wanted)} does not send to a Service; {_listed(sending)} do."
        )
    if wanted.rule:
        return wanted.rule - 1
    if len(sending) != 1:
        raise errors.InvalidInput(
            f"rule is missing: of {_name(wanted)} {_listed(sending)} send to Services. Say which one is meant."
        )
    return sending[0]


def _listed(places: t.Sequence[int]) -> str:
    return f"rules {', '.join(str(index + 1) for index in places)}" if places else "no rules"


def _check(cluster: Cluster, wanted: Wanted, before: t.Mapping[str, int]) -> None:
    """Raise Refused for a split that users would feel, or that belongs to a rollout under way."""
    if not any({**before, **wanted.weights}.values()):
        raise errors.InvalidInput("weights: all of them are 0, so every request would fail. Give one backend more.")
    there = {objects.name(item): item for item in cluster.list(resources.Scope(resources.SERVICE, wanted.namespace))}
    for name in wanted.weights:
        if name not in there:
            names = ", ".join(sorted(there)) or "none"
            raise _refused(wanted, f"there is no Service {name} in the namespace; it has: {names}.")
    for name in {**before, **wanted.weights}:
        strategy = objects.labels(there.get(name, {})).get(twin.STRATEGY)
        if strategy:
            raise _refused(
                wanted,
                f"Service {name} belongs to a {strategy} that is under way and moves these weights itself."
                " Let it go on with workload_upgrade, or end it with workload_rollback.",
            )


def _refused(wanted: Wanted, reason: str) -> errors.Refused:
    return errors.Refused(f"{_name(wanted)} was not changed: {reason}")


def _name(wanted: Wanted) -> str:
    return f"HTTPRoute {wanted.namespace}/{wanted.route}"
