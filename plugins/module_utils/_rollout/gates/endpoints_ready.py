# SPDX-License-Identifier: GPL-3.0-or-later
"""``endpoints_ready``: the EndpointSlices of the Services in front hold all new pods as ready, and no old one."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects, resources, wording
from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates import gate
from ansible_collections.steady.rollout.plugins.module_utils._rollout.options import Option
from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import Scope

Json = dict[str, t.Any]

NAME = "endpoints_ready"
SHORT = "service"
OPTIONS = (Option("service", "text"), Option("within", "duration", "30s"))
check = gate.unchecked

SERVICE_NAME = "kubernetes.io/service-name"


def scopes(_options: Json, workload: Json) -> tuple[Scope, Scope]:
    """The namespace's Services, and their EndpointSlices."""
    namespace = str(objects.metadata(workload)["namespace"])
    return Scope(resources.SERVICE, namespace), Scope(resources.ENDPOINT_SLICE, namespace)


def impossible(options: Json, outlook: gate.Outlook) -> str:
    """No such Service, or none that selects the pods."""
    services = outlook.objects(scopes(options, outlook.workload)[0])
    if in_front(options, outlook.workload, services):
        return ""
    wanted = options["service"]
    if wanted and any(objects.name(service) == wanted for service in services):
        return f"Service {wanted} does not select the workload's pods. Compare its selector with their labels."
    names = ", ".join(sorted(objects.name(service) for service in services)) or "none"
    return f"{f'there is no Service {wanted}' if wanted else 'no Service selects the pods'} in the namespace; it has: {names}."


def in_front(options: Json, workload: Json, services: t.Iterable[Json]) -> list[str]:
    """The names of the Services that select the workload's pods, only the one that is asked for where one is."""
    labels = objects.labels(objects.template(workload))
    return [
        objects.name(service)
        for service in services
        if options["service"] in (None, objects.name(service))
        and (selector := objects.spec(service).get("selector"))
        and selector.items() <= labels.items()
    ]


def judge(options: Json, view: gate.View) -> gate.Reading:
    """``memory`` keeps the UIDs of the old pods: a slice may go on naming one that is gone already.

    Until the controller has seen the change, all pods are those of another revision; the new ones among them show themselves later.
    """
    seen = (view.memory or frozenset()) | {objects.uid(pod) for pod in view.snapshot.old_pods}
    old = seen - {objects.uid(pod) for pod in view.snapshot.new_pods}
    if view.completed is None:
        return gate.Reading("waiting", "begins when the rollout is complete", memory=old)
    services, slices = (view.objects(scope) for scope in scopes(options, view.workload))
    names = in_front(options, view.workload, services)
    new = {objects.uid(pod): objects.name(pod) for pod in view.new_pods}
    missing = [text for name in names for text in _missing(name, ready(slices, name), new, old)]
    missing = missing if names else ["no Service selects the pods any more"]
    measurement: Json = {"services": names, "pods": len(new), "missing": missing}
    if view.complete and not missing:
        return gate.Reading("passed", f"{len(new)} new pods ready behind {', '.join(names)}", measurement, old)
    message = missing[0] if missing else "waiting for the rollout to be complete again"
    end = view.completed + options["within"]
    if view.at < end:
        return gate.Reading("waiting", message, measurement, old, end)
    return gate.Reading(
        "failed",
        f"{message} {wording.seconds(options['within'])} after the rollout was complete",
        measurement,
        old,
        hint="Look at the Service's selector, and at its EndpointSlices: kubectl get endpointslices.",
    )


def ready(slices: t.Iterable[Json], service: str) -> set[str]:
    """The UIDs of the pods that a Service holds as ready; a slice that does not say so means it."""
    return {
        str((endpoint.get("targetRef") or {}).get("uid", ""))
        for item in slices
        if objects.labels(item).get(SERVICE_NAME) == service
        for endpoint in item.get("endpoints") or ()
        if (endpoint.get("conditions") or {}).get("ready") is not False
    }


def _missing(service: str, there: set[str], new: t.Mapping[str, str], old: t.AbstractSet[str]) -> t.Iterator[str]:
    absent = [name for uid, name in new.items() if uid not in there]
    if absent:
        yield f"Service {service} holds {len(new) - len(absent)} of {len(new)} new pods as ready (not {absent[0]})"
    if there & old:
        yield f"Service {service} still holds {len(there & old)} old pods as ready"
