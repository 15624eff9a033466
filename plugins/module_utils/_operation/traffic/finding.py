# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a Deployment's requests come from, found in the cluster and refused where weights could not be moved safely."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ansible_collections.steady.rollout.plugins.module_utils._operation import checks
from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic import twins
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, objects, preflight, resources
from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates import endpoints_ready
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic import routes, state, twin
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic.routes import Fork
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic.state import State

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Cluster
    from ansible_collections.steady.rollout.plugins.module_utils._operation.roll import Roll
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference

Json = dict[str, t.Any]

NO_GATEWAY = "its requests cannot be split: the cluster does not know HTTPRoutes. Install the Gateway API and a load balancer for it."


@dataclass(frozen=True)
class UnderWay:
    """A rollout by weights that has begun: its twin Deployment, what that keeps, and where its requests part."""

    twin: Json
    state: State
    fork: Fork


@dataclass(frozen=True)
class Way:
    """The Service in front of a workload, where its requests are going to part, and the route's rules as they are."""

    service: Json
    fork: Fork
    rules: list[Json]


def under_way(cluster: Cluster, reference: Reference, present: Json) -> UnderWay | None:
    """The rollout by weights that has begun for the workload and is not over; None when there is none. Raises Refused."""
    if reference.kind != resources.DEPLOYMENT.kind:
        return None
    found = next((item for item in twins.listed(cluster, reference.namespace) if twin.is_of(item, present)), None)
    if found is None:
        return None
    kept = state.read(found)
    if kept is None:
        raise errors.Refused(
            f"{reference} was not changed: Deployment {objects.name(found)} takes a share of its requests, but its annotation"
            f" {state.ANNOTATION} cannot be read. Take it out of the route, then delete it."
        )
    return UnderWay(found, kept, fork_of(reference.namespace, kept))


def none_under_way(roll: Roll, present: Json) -> None:
    """Raise Refused while a rollout by weights is under way: what is compared would change behind its back."""
    begun = under_way(roll.ports.cluster, roll.reference, present)
    if begun:
        kept = begun.state
        checks.refuse(
            roll.reference,
            f"its {kept.strategy} of {kept.version} is under way, {kept.words}."
            f" Go on with it by workload_upgrade with strategy: {kept.strategy}, or end it with workload_rollback.",
        )


def fork_of(namespace: str, kept: State) -> Fork:
    """Where the requests part, as a twin keeps it."""
    return Fork(
        namespace, kept.route, kept.service, twin.named(kept.service, kept.strategy), kept.weights, kept.parents
    )


def way_to(roll: Roll, present: Json, suffix: str, *, route: str = "", service: str = "") -> Way:
    """The only HTTPRoute, or the one named, that sends to a Service in front of the workload. Raises Refused with what is in the way."""
    cluster, namespace, reference = roll.ports.cluster, roll.reference.namespace, roll.reference
    services = cluster.list(resources.Scope(resources.SERVICE, namespace))
    front = {
        objects.name(item): item
        for item in services
        if not twin.is_of(item, present)
        and objects.name(item) in endpoints_ready.in_front({"service": service or None}, present, services)
    }
    if not front:
        meant = f"Service {service} does not select" if service else "no Service selects"
        checks.refuse(reference, f"{meant} its pods, so there are no requests to split.")
    found = [
        (item, name)
        for item in _routes(roll)
        for name in front
        if route in ("", objects.name(item))
        and any(name in routes.services_of(rule, namespace) for rule in routes.rules_of(item))
    ]
    if len(found) != 1:
        checks.refuse(reference, _not_one(found, front, route))
    (item, name) = found[0]
    fork = Fork(namespace, objects.name(item), name, twin.named(name, suffix), (), routes.parents_of(item))
    rules = routes.rules_of(item)
    own = routes.own_rules(rules, fork)
    checks.refuse(reference, _unfit(roll, item, own, fork) or twin.indistinct(present, front[name], services, suffix))
    slices = cluster.list(
        resources.Scope(resources.ENDPOINT_SLICE, namespace, labels=f"{endpoints_ready.SERVICE_NAME}={name}")
    )
    if not endpoints_ready.ready(slices, name):
        checks.refuse(reference, f"Service {name} has no ready endpoint, so there is nothing to go back to.")
    return Way(front[name], replace(fork, weights=routes.own_weights(rules, fork)), rules)


def _routes(roll: Roll) -> t.Sequence[Json]:
    try:
        return roll.ports.cluster.list(resources.Scope(resources.HTTP_ROUTE, roll.reference.namespace))
    except errors.NotFound:
        raise errors.Refused(f"{roll.reference} was not changed: {NO_GATEWAY}") from None


def _not_one(found: t.Sequence[tuple[Json, str]], front: t.Iterable[str], route: str) -> str:
    if found:
        ways = ", ".join(f"{objects.name(item)} to {name}" for item, name in found)
        return (
            f"several HTTPRoutes send to its Services ({ways}). Say which one with strategy.route and strategy.service."
        )
    meant = f"HTTPRoute {route} does not send" if route else "no HTTPRoute in its namespace sends"
    return f"{meant} to a Service in front of it ({', '.join(sorted(front))}), so its requests cannot be split."


def _unfit(roll: Roll, route: Json, own: t.Sequence[Json], fork: Fork) -> str:
    if not fork.parents:
        return f"no Gateway has accepted HTTPRoute {fork.route}: {routes.unaccepted(route)}."
    if not roll.settings.allow_managed and preflight.owner(route):
        return (
            f"HTTPRoute {fork.route} is managed by {preflight.owner(route)}, which would put its own weights back."
            " Set allow_managed: true if it leaves them alone."
        )
    for index in routes.split_rules(own, fork):
        others = [name for name in routes.backends_of(own[index]) if name not in (fork.stable, fork.twin)]
        if others or routes.backends_of(own[index]).count(fork.stable) > 1:
            sends = ", ".join(routes.backends_of(own[index]))
            return f"rule {index + 1} of HTTPRoute {fork.route} sends to several backends ({sends}); a share can be taken from one only."
        if routes.weights_of(own[index])[fork.stable] == 0 and fork.twin not in routes.backends_of(own[index]):
            return f"rule {index + 1} of HTTPRoute {fork.route} gives Service {fork.stable} the weight 0."
    return ""
