# SPDX-License-Identifier: GPL-3.0-or-later
"""The twin of a Deployment: a second Deployment and Service beside it that run another version and take a share of its requests.

Its pods carry the template's labels, but of those keys by which both the Service and the Deployment select, the values have the
strategy's name at their end: so neither of the two ever holds a pod of the other side.
"""

from __future__ import annotations

import hashlib
import json
import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects, resources

Json = dict[str, t.Any]

LONGEST = 63
"""Characters that the name of a Service, and the value of a label, can have."""
MANAGED = {"app.kubernetes.io/managed-by": "steady.rollout"}
STRATEGY = "steady.rollout/strategy"
"""The label of a twin that tells which strategy it belongs to."""
SELECTED = ",".join(f"{key}={value}" for key, value in MANAGED.items())
"""What selects all twins."""
_COPIED = ("minReadySeconds", "progressDeadlineSeconds", "strategy")
_OF_SERVICE = (
    "sessionAffinity",
    "sessionAffinityConfig",
    "publishNotReadyAddresses",
    "ipFamilyPolicy",
    "internalTrafficPolicy",
    "trafficDistribution",
)


def named(name: str, suffix: str) -> str:
    """The name with ``-suffix``; one that would be too long is cut and told apart by a hash."""
    suffix = suffix.replace("_", "-")
    whole = f"{name}-{suffix}"
    if len(whole) <= LONGEST:
        return whole
    told = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name[: LONGEST - len(suffix) - 10].rstrip('-._')}-{told}-{suffix}"


def keys(deployment: Json, service: Json) -> tuple[str, ...]:
    """The label keys whose values tell the sides apart; none when the Service selects by others than the Deployment."""
    own = (objects.spec(deployment).get("selector") or {}).get("matchLabels") or {}
    return tuple(sorted(set(own) & set(objects.spec(service).get("selector") or {})))


def labels(deployment: Json, service: Json, suffix: str) -> dict[str, str]:
    """The labels of the twin's pods."""
    own = objects.labels(objects.template(deployment))
    return {**own, **{key: named(own[key], suffix) for key in keys(deployment, service) if key in own}}


def deployment_of(
    deployment: Json, service: Json, template: Json, suffix: str, *, replicas: int, notes: t.Mapping[str, str]
) -> Json:
    """The twin Deployment with that template's containers. It goes with the Deployment whose twin it is."""
    marked = labels(deployment, service, suffix)
    own = (objects.spec(deployment).get("selector") or {}).get("matchLabels") or {}
    meta = {**objects.metadata(template), "labels": marked}
    kept = {key: value for key, value in objects.spec(deployment).items() if key in _COPIED}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {**_metadata(deployment, objects.name(deployment), suffix), "annotations": dict(notes)},
        "spec": {
            **kept,
            "replicas": replicas,
            "selector": {"matchLabels": {key: marked[key] for key in own}},
            "template": {**template, "metadata": meta},
        },
    }


def service_of(deployment: Json, service: Json, suffix: str) -> Json:
    """The twin Service, reachable in the cluster only."""
    spec = objects.spec(service)
    marked = labels(deployment, service, suffix)
    ports = [{key: value for key, value in port.items() if key != "nodePort"} for port in spec.get("ports") or ()]
    headless = {"clusterIP": "None"} if spec.get("clusterIP") == "None" else {}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": _metadata(deployment, objects.name(service), suffix),
        "spec": {
            **{key: value for key, value in spec.items() if key in _OF_SERVICE},
            **headless,
            "ports": ports,
            "selector": {key: marked.get(key, value) for key, value in spec["selector"].items()},
        },
    }


def _metadata(deployment: Json, name: str, suffix: str) -> Json:
    owner = {
        "apiVersion": resources.DEPLOYMENT.api_version,
        "kind": resources.DEPLOYMENT.kind,
        "name": objects.name(deployment),
        "uid": objects.uid(deployment),
    }
    return {
        "name": named(name, suffix),
        "namespace": objects.metadata(deployment)["namespace"],
        "labels": {**MANAGED, STRATEGY: suffix},
        "ownerReferences": [owner],
    }


def is_one(item: Json) -> bool:
    """Whether the object has a twin's labels; ``SELECTED`` selects the same."""
    return MANAGED.items() <= objects.labels(item).items()


def is_of(item: Json, deployment: Json) -> bool:
    """Whether the object is a twin's, of this very Deployment."""
    owners = objects.metadata(item).get("ownerReferences") or ()
    return is_one(item) and any(owner.get("uid") == objects.uid(deployment) for owner in owners)


def foreign(item: Json, deployment: Json) -> str:
    """Why an object of a twin's name is left alone; empty when it is the twin's."""
    if is_of(item, deployment):
        return ""
    return (
        f"there is a {item.get('kind')} {objects.name(item)} that this collection has not made for it. "
        "Rename or remove that one first."
    )


def indistinct(deployment: Json, service: Json, services: t.Iterable[Json], suffix: str) -> str:
    """Why the two sides could not be told apart, with the way out; empty when they can."""
    if not keys(deployment, service):
        return (
            f"Service {objects.name(service)} selects by labels ({_words(objects.spec(service).get('selector'))}) of which none is in the"
            " Deployment's selector, so it would hold the pods of both versions. Let it select by one of those."
        )
    own, other = objects.labels(objects.template(deployment)), labels(deployment, service, suffix)
    for item in services:
        wanted = objects.spec(item).get("selector") or {}
        if (
            objects.name(item) != named(objects.name(service), suffix)
            and wanted
            and _holds(wanted, own)
            and _holds(wanted, other)
        ):
            return (
                f"Service {objects.name(item)} would hold the pods of both versions: it selects {_words(wanted)}."
                f" Add one of {', '.join(keys(deployment, service))} to its selector."
            )
    return ""


def _holds(selector: t.Mapping[str, str], found: t.Mapping[str, str]) -> bool:
    return selector.items() <= found.items()


def _words(selector: t.Mapping[str, str] | None) -> str:
    return ", ".join(f"{key}={value}" for key, value in sorted((selector or {}).items())) or "nothing"


def template_hash(template: Json) -> str:
    """What names a wanted template; the same for equal ones."""
    return hashlib.sha256(json.dumps(template, sort_keys=True).encode()).hexdigest()[:12]
