# SPDX-License-Identifier: GPL-3.0-or-later
"""Changing a workload: every patch pins the version of the object that it was made for, and is made anew when that has moved."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._operation import reading
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, objects

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Cluster
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds.kind import Kind
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference

Json = dict[str, t.Any]

STRATEGIC_MERGE = "application/strategic-merge-patch+json"
ATTEMPTS = 10


def change(
    cluster: Cluster,
    kind: Kind,
    reference: Reference,
    present: Json,
    make: t.Callable[[Json], Json],
    *,
    dry_run: bool = False,
) -> tuple[Json, Json]:
    """Patch it with what ``make`` says of the object as it is; an empty patch writes nothing. Returns it before and after.

    A controller's status update moves the object too, so a conflict means: read again, think again. Raises Conflict when that does
    not end, and whatever ``make`` raises.
    """
    for _attempt in range(ATTEMPTS):
        body = make(present)
        if not body:
            return present, present
        pinned = {"resourceVersion": objects.metadata(present)["resourceVersion"]}
        body = {**body, "metadata": {**body.get("metadata", {}), **pinned}}
        try:
            after = cluster.patch(
                kind.RESOURCE, reference.namespace, reference.name, body, content_type=STRATEGIC_MERGE, dry_run=dry_run
            )
        except errors.Conflict:
            present = reading.workload(cluster, kind, reference)
            continue
        return present, after
    raise errors.Conflict(
        f"{reference} kept changing: {ATTEMPTS} patches in a row met a newer object. Try again when it has settled."
    )


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
