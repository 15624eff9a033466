# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading raw Kubernetes objects: the few questions that every part asks of them."""

from __future__ import annotations

import typing as t

Json = dict[str, t.Any]

TEMPLATE_HASH = "pod-template-hash"
REVISION_HASH = "controller-revision-hash"


def metadata(obj: Json) -> Json:
    """The object's metadata; empty when there is none."""
    return t.cast(Json, obj.get("metadata") or {})


def name(obj: Json) -> str:
    """The object's name."""
    return str(metadata(obj).get("name", ""))


def uid(obj: Json) -> str:
    """The object's UID; empty when the server has not given one yet."""
    return str(metadata(obj).get("uid", ""))


def annotations_of(obj: Json) -> dict[str, str]:
    """The object's annotations; empty when there are none."""
    return metadata(obj).get("annotations") or {}


def labels(obj: Json) -> dict[str, str]:
    """The object's labels; empty when there are none."""
    return metadata(obj).get("labels") or {}


def spec(obj: Json) -> Json:
    """The object's spec; empty when there is none."""
    return t.cast(Json, obj.get("spec") or {})


def status(obj: Json) -> Json:
    """The object's status; empty when no controller has written one."""
    return t.cast(Json, obj.get("status") or {})


def number(values: Json, key: str) -> int:
    """A counter of a status; controllers leave zeros out."""
    return int(values.get(key) or 0)


def condition(obj: Json, kind: str) -> Json:
    """The condition of that type; empty when it is not there."""
    for entry in status(obj).get("conditions") or ():
        if entry.get("type") == kind:
            return t.cast(Json, entry)
    return {}


def observed(workload: Json) -> bool:
    """Whether its controller has seen the spec as it is now. A status that says nothing has seen nothing."""
    return int(status(workload).get("observedGeneration") or -1) >= int(metadata(workload)["generation"])


def controlled_by(obj: Json, owner_uid: str) -> bool:
    """Whether that UID controls the object. Labels can be shared or copied; the owner's UID cannot."""
    return bool(owner_uid) and any(
        reference.get("controller") and reference.get("uid") == owner_uid
        for reference in metadata(obj).get("ownerReferences") or ()
    )


def controller(obj: Json) -> str:
    """The UID of what controls the object; empty when nothing does."""
    references = metadata(obj).get("ownerReferences") or ()
    return next((str(reference.get("uid", "")) for reference in references if reference.get("controller")), "")


def about(event: Json) -> str:
    """The UID of the object that an event is about."""
    return str((event.get("involvedObject") or {}).get("uid", ""))


def terminating(obj: Json) -> bool:
    """Whether somebody has asked for its deletion."""
    return "deletionTimestamp" in metadata(obj)


def active(pod: Json) -> bool:
    """Whether the controller still counts on the pod: neither on its way out nor ended (an evicted one stays behind as Failed)."""
    return not terminating(pod) and status(pod).get("phase") not in ("Failed", "Succeeded")


def takes_traffic(pod: Json) -> bool:
    """Whether the pod is ready and stays: one on its way out takes no new requests."""
    return condition(pod, "Ready").get("status") == "True" and not terminating(pod)


def lapsed(pod: Json) -> bool:
    """Whether the pod was ready, with the containers that run in it now, and is so no longer: that may pass by itself."""
    statuses = status(pod).get("containerStatuses") or ()
    started = [((item.get("state") or {}).get("running") or {}).get("startedAt", "") for item in statuses]
    ready = condition(pod, "Ready")
    since = str(ready.get("lastTransitionTime", ""))
    return bool(started) and all(started) and ready.get("status") == "False" and since > max(started)


def selector(workload: Json) -> str:
    """The workload's whole label selector in the API's own syntax, expressions included."""
    wanted = spec(workload).get("selector") or {}
    parts = [f"{key}={value}" for key, value in sorted((wanted.get("matchLabels") or {}).items())]
    for expression in wanted.get("matchExpressions") or ():
        key, operator = expression["key"], expression["operator"]
        values = ",".join(expression.get("values") or ())
        parts.append(
            {
                "In": f"{key} in ({values})",
                "NotIn": f"{key} notin ({values})",
                "Exists": key,
                "DoesNotExist": f"!{key}",
            }[operator]
        )
    return ",".join(parts)


def template(obj: Json) -> Json:
    """The pod template without the hash label that a ReplicaSet's has and its Deployment's has not.

    Older API servers write a creationTimestamp of null into it, and controllers do not always.
    """
    found = dict(spec(obj).get("template") or {})
    meta = {key: value for key, value in (found.get("metadata") or {}).items() if value is not None}
    kept = {key: value for key, value in (meta.get("labels") or {}).items() if key != TEMPLATE_HASH}
    meta.pop("labels", None)
    if kept:
        meta["labels"] = kept
    return {**found, "metadata": meta}


def images(pod_template: Json) -> dict[str, str]:
    """Container name to image, in the template's order; init containers after the main ones."""
    pod = spec(pod_template)
    containers = (*(pod.get("containers") or ()), *(pod.get("initContainers") or ()))
    return {container["name"]: container.get("image", "") for container in containers}
