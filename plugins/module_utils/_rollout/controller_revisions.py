# SPDX-License-Identifier: GPL-3.0-or-later
"""What StatefulSets and DaemonSets have in common: their history is kept in ControllerRevisions, and they own their pods themselves."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects, resources
from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import Resource, Scope
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference, Snapshot

Json = dict[str, t.Any]


def scopes(resource: Resource, workload: Json) -> tuple[Scope, ...]:
    """What has to be watched: the workload, its ControllerRevisions, its pods, and warnings in its namespace."""
    namespace, labels = str(objects.metadata(workload)["namespace"]), objects.selector(workload)
    return (
        Scope(resource, namespace, fields=f"metadata.name={objects.name(workload)}"),
        Scope(resources.CONTROLLER_REVISION, namespace, labels=labels),
        Scope(resources.POD, namespace, labels=labels),
        Scope(resources.EVENT, namespace, fields="type=Warning"),
    )


def gather(
    reference: Reference,
    seen: t.Iterable[t.Sequence[Json]],
    newest_of: t.Callable[[Json, t.Sequence[Json]], Json | None],
    hash_of: t.Callable[[Json], str],
) -> Snapshot:
    """Put what ``scopes`` asked for together by owner. A pod is new when its hash is that of the newest revision."""
    workloads, revisions, pods, events = seen
    workload = next((item for item in workloads if objects.name(item) == reference.name), None)
    if workload is None:
        return Snapshot(None)
    uid = objects.uid(workload)
    owned = tuple(item for item in revisions if objects.controlled_by(item, uid))
    own_pods = [pod for pod in pods if objects.controlled_by(pod, uid)]
    newest = newest_of(workload, owned) if objects.observed(workload) else None
    wanted = hash_of(newest) if newest else ""
    new = [pod for pod in own_pods if wanted and objects.labels(pod).get(objects.REVISION_HASH) == wanted]
    return Snapshot(
        workload=workload,
        newest=newest,
        revisions=owned,
        new_pods=tuple(new),
        old_pods=tuple(pod for pod in own_pods if pod not in new),
        events=tuple(events),
    )


def number(revision: Json) -> int:
    """The number that ``kubectl rollout history`` shows; it grows each time the template is used again."""
    return int(revision.get("revision") or 0)


def template_of(revision: Json) -> Json:
    """The pod template that it keeps: its data is a patch, whose directive is no part of the template."""
    kept = objects.spec(revision.get("data") or {}).get("template") or {}
    return objects.template({"spec": {"template": {key: value for key, value in kept.items() if key != "$patch"}}})


def number_of(workload: Json, revisions: t.Iterable[Json]) -> int:
    """The number of the revision that has the workload's present template; 0 when none of these has."""
    newest = with_template(workload, revisions)
    return number(newest) if newest else 0


def with_template(workload: Json, revisions: t.Iterable[Json]) -> Json | None:
    """The revision that has the workload's present template, the newest where several have it."""
    wanted = objects.template(workload)
    return max((item for item in revisions if template_of(item) == wanted), key=number, default=None)
