# SPDX-License-Identifier: GPL-3.0-or-later
"""Changing a workload: every patch pins the version of the object that it was made for, and is made anew when that has moved."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, objects

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Cluster
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import Resource
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference

Json = dict[str, t.Any]

STRATEGIC_MERGE = "application/strategic-merge-patch+json"
ATTEMPTS = 10


class Stored(t.Protocol):
    """Something that says where the API server keeps it: every kind of workload, and nodes."""

    RESOURCE: Resource


def change(
    cluster: Cluster,
    kind: Stored,
    reference: Reference,
    present: Json,
    make: t.Callable[[Json], Json],
    *,
    dry_run: bool = False,
) -> tuple[Json, Json]:
    """Patch it with what ``make`` says of the object as it is; an empty patch writes nothing. Returns it before and after.

    A controller's status update moves the object too, so a conflict means: read again, think again. It also follows a patch whose
    answer was lost on the way: what is there already is not written twice. Raises Conflict when that does not end, and whatever
    ``make`` raises.
    """
    for _attempt in range(ATTEMPTS):
        body = make(present)
        if not body:
            return present, present
        pinned = {"resourceVersion": objects.metadata(present)["resourceVersion"]}
        sent = {**body, "metadata": {**body.get("metadata", {}), **pinned}}
        try:
            after = cluster.patch(
                kind.RESOURCE, reference.namespace, reference.name, sent, content_type=STRATEGIC_MERGE, dry_run=dry_run
            )
        except errors.Conflict:
            now = cluster.read(kind.RESOURCE, reference.namespace, reference.name)
            if _holds(now, body):
                return present, now
            present = now
            continue
        return present, after
    raise errors.Conflict(
        f"{reference} kept changing: {ATTEMPTS} patches in a row met a newer object. Try again when it has settled."
    )


def _holds(item: t.Any, patch: t.Any) -> bool:
    """Whether the item is as the patch would make it."""
    if isinstance(item, dict) and isinstance(patch, dict):
        if patch.get("$patch") == "replace":
            whole = {key: value for key, value in patch.items() if key != "$patch"}
            return _holds(item, whole) and _holds(whole, item)
        return all(_holds(item.get(key), value) for key, value in patch.items())
    if isinstance(item, list) and isinstance(patch, list):
        return len(item) == len(patch) and all(map(_holds, item, patch))
    return bool(item == patch)


def template_patch(template: Json, annotations: t.Mapping[str, str]) -> Json:
    """The patch that puts this very template in place of the present one; other annotations and labels of the workload stay."""
    return {
        "metadata": {"annotations": dict(annotations)},
        "spec": {"template": {**template, "$patch": "replace"}},
    }


def annotation_patch(present: Json, annotations: t.Mapping[str, str]) -> Json:
    """The patch that sets these annotations; empty when they are there already."""
    there = objects.annotations_of(present)
    if all(there.get(key) == value for key, value in annotations.items()):
        return {}
    return {"metadata": {"annotations": dict(annotations)}}
