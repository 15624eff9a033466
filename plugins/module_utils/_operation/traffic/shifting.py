# SPDX-License-Identifier: GPL-3.0-or-later
"""The one place that moves weights: never onto a backend without ready endpoints, and each time until the load balancer has taken it."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic import watching
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, objects, resources
from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates import endpoints_ready
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic import routes

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.journal import Journal
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Cluster, Ports
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic.routes import Fork

Json = dict[str, t.Any]

MERGE = "application/merge-patch+json"
ATTEMPTS = 10
ENDPOINTS = 60.0
"""Seconds for which ready pods may be missing in their Service's EndpointSlices."""
TAKEN = 60.0
"""Seconds that a load balancer has to take a route; Traefik needs up to two."""


def share(ports: Ports, journal: Journal, fork: Fork, weight: int) -> None:
    """Give the twin ``weight`` of 100 and wait until that is in force. Raises Refused, and whatever the API server says.

    The twin, whose Service must exist by then, first becomes a backend that gets nothing: one that the load balancer cannot resolve
    would be answered with 500 for its share.
    """
    present = routes.rules_of(ports.cluster.read(resources.HTTP_ROUTE, fork.namespace, fork.route))
    if weight and routes.share_of(present, fork) is None:
        share(ports, journal, fork, 0)
    for service, part in ((fork.twin, weight), (fork.stable, 100 - weight)):
        if part:
            require_endpoints(ports, fork.namespace, service)
    _moved(ports, journal, fork, lambda rules: routes.shared(rules, fork, weight), weight)


def give_back(ports: Ports, journal: Journal, fork: Fork) -> bool:
    """Give all requests back to the stable Service, the rules as the user had them; whether anything had to be changed.

    Raises Refused when the stable Service has no ready endpoint: then nothing was changed.
    """
    try:
        present = routes.rules_of(ports.cluster.read(resources.HTTP_ROUTE, fork.namespace, fork.route))
    except errors.NotFound:
        return False  # somebody took the whole route away, and its weights with it
    if routes.restored(present, fork) == present:
        return False
    require_endpoints(ports, fork.namespace, fork.stable)
    return _moved(ports, journal, fork, lambda rules: routes.restored(rules, fork), 0)


def _moved(ports: Ports, journal: Journal, fork: Fork, make: t.Callable[[list[Json]], list[Json]], weight: int) -> bool:
    before, after = rewritten(ports.cluster, fork.namespace, fork.route, make)
    missing = untaken(ports, fork)
    if missing:
        raise errors.Refused(f"HTTPRoute {fork.route} was not taken within {TAKEN:.0f} s: {missing}.")
    changed = routes.rules_of(before) != routes.rules_of(after)
    if changed:
        weights = {"old": 100 - weight, "new": weight}
        gone = routes.share_of(routes.rules_of(after), fork) is None
        goes = f"all requests go to {fork.stable}" if gone else f"weight {weight} of 100 goes to {fork.twin}"
        journal.say(f"{goes}: taken by {_short(fork.parents)}", weights=weights)
    return changed


def _short(parents: t.Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(parent.partition(" listener ")[0].partition(" (")[0] for parent in parents))


def rewritten(
    cluster: Cluster,
    namespace: str,
    name: str,
    make: t.Callable[[list[Json]], list[Json]],
    *,
    dry_run: bool = False,
) -> tuple[Json, Json]:
    """The route before and after its rules were made what ``make`` says of them; rules that are so already are not written.

    The patch pins the version of the route that was read. After a conflict, which a status update is enough for, it is made anew.
    """
    for _attempt in range(ATTEMPTS):
        present = cluster.read(resources.HTTP_ROUTE, namespace, name)
        rules = make(routes.rules_of(present))
        if rules == routes.rules_of(present):
            return present, present
        body = {"metadata": {"resourceVersion": objects.metadata(present)["resourceVersion"]}, "spec": {"rules": rules}}
        try:
            return present, cluster.patch(
                resources.HTTP_ROUTE, namespace, name, body, content_type=MERGE, dry_run=dry_run
            )
        except errors.Conflict:
            continue
    raise errors.Conflict(
        f"HTTPRoute {namespace}/{name} kept changing: {ATTEMPTS} patches in a row met a newer one. Try again when it has settled."
    )


def untaken(ports: Ports, fork: Fork) -> str:
    """What keeps the route from being in force when patience has ended; empty as soon as every Gateway has taken it."""
    scope = scope_of(fork.namespace, fork.route)
    # What the watch shows may be older than our own patch.
    generation = int(objects.metadata(ports.cluster.read(scope.resource, fork.namespace, fork.route))["generation"])

    def lacking(seen: t.Callable[[resources.Scope], t.Sequence[Json]]) -> str:
        found = next((item for item in seen(scope) if objects.name(item) == fork.route), None)
        if found is None:
            return "it is gone"
        if int(objects.metadata(found)["generation"]) < generation:
            return "the watch is behind"
        return routes.untaken(found, fork.parents)

    return watching.until(ports, (scope,), lacking, TAKEN)


def scope_of(namespace: str, route: str) -> resources.Scope:
    """What to watch for one route."""
    return resources.Scope(resources.HTTP_ROUTE, namespace, fields=f"metadata.name={route}")


def slices_of(namespace: str, service: str) -> resources.Scope:
    """What to watch for the endpoints of one Service."""
    return resources.Scope(resources.ENDPOINT_SLICE, namespace, labels=f"{endpoints_ready.SERVICE_NAME}={service}")


def require_endpoints(ports: Ports, namespace: str, service: str, least: int = 1) -> None:
    """Wait until the Service has so many ready endpoints. Raises Refused when it does not get them."""
    scope = slices_of(namespace, service)

    def lacking(seen: t.Callable[[resources.Scope], t.Sequence[Json]]) -> str:
        count = len(endpoints_ready.ready(seen(scope), service))
        return "" if count >= least else f"{count} of {least}"

    if not lacking(ports.cluster.list):
        return
    missing = watching.until(ports, (scope,), lacking, ENDPOINTS)
    if missing:
        raise errors.Refused(
            f"Service {service} has {missing} ready endpoints after {ENDPOINTS:.0f} s, so no weight was moved onto it."
        )
