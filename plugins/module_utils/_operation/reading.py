# SPDX-License-Identifier: GPL-3.0-or-later
"""One look at a workload without waiting for anything."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects, revisions, templates

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Cluster
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds.kind import Kind
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference, Snapshot

Json = dict[str, t.Any]


def workload(cluster: Cluster, kind: Kind, reference: Reference) -> Json:
    """The workload itself. Raises NotFound."""
    return cluster.read(kind.RESOURCE, reference.namespace, reference.name)


def snapshot(cluster: Cluster, kind: Kind, reference: Reference, present: Json, *, nodes: bool = False) -> Snapshot:
    """The workload and all that belongs to it, read afresh."""
    return kind.gather(reference, [cluster.list(scope) for scope in kind.scopes(present, nodes=nodes)])


def facts(kind: Kind, present: Json, container: str = "", history: t.Iterable[Json] = ()) -> Json:
    """What it runs, as results show it; its number is looked up in the revisions of a snapshot where the workload has none."""
    template = objects.template(present)
    return {
        "revision": kind.number_of(present, history),
        "version": templates.version(template, objects.name(present), container),
        "images": objects.images(template),
    }


def current(entries: t.Sequence[revisions.Revision]) -> revisions.Revision | None:
    """The revision of the present template; None until the controller has made it."""
    return next((revision for revision in entries if revision.current), None)
