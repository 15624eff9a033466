# SPDX-License-Identifier: GPL-3.0-or-later
"""Deploy: a whole workload as its manifest says, made or brought up to date by server-side apply."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._operation import checks, reading, roll
from ansible_collections.steady.rollout.plugins.module_utils._operation.journal import Journal
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._rollout import (
    difference,
    errors,
    images,
    kinds,
    objects,
    resources,
    revisions,
)
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Cluster, Ports
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds.kind import Kind

Json = dict[str, t.Any]


def deploy(ports: Ports, manifest: Json, settings: Settings, *, force_conflicts: bool = False) -> Outcome:
    """Apply the manifest and see the rollout through."""
    reference = named(manifest)
    kind, journal = kinds.named(reference.kind), Journal(ports, reference)
    before = _present(ports.cluster, kind, reference)
    if before is not None:
        checks.may_roll(kind, reference, before, settings)
    version = reading.facts(kind, manifest, settings.container)["version"]
    if before is not None and "replicas" in objects.spec(manifest):
        checks.refuse(
            reference, checks.autoscaled(ports.cluster, reference, "Leave spec.replicas out of the definition.")
        )
    manifest = _with_cause(manifest, settings.change_cause or _cause(before, manifest, f"deploy {version}"))
    after = _apply(ports.cluster, kind, reference, manifest, force=force_conflicts, dry_run=settings.dry_run)
    changed = before is None or _written(before) != _written(after)
    running = roll.Roll(ports, kind, reference, settings, journal)
    done = f"deployed at {version}" if changed else f"runs {version} already"
    change = roll.Change(
        f"Deployment of {reference} at {version}", done, after, before, difference.of(before, after), changed
    )
    if settings.dry_run:
        return checks.predicted(running, change)
    if changed:
        journal.say(f"{version} applied; {objects.spec(after).get('replicas', 1)} replicas")
    return roll.see_through(running, change)


def named(manifest: Json) -> Reference:
    """Which workload a manifest is about. Raises InvalidInput when it is not whole, or an image in it cannot be parsed."""
    kind, name, namespace = manifest.get("kind"), objects.name(manifest), objects.metadata(manifest).get("namespace")
    missing = [
        key for key, value in (("kind", kind), ("metadata.name", name), ("metadata.namespace", namespace)) if not value
    ]
    if missing:
        raise errors.InvalidInput(f"definition lacks {', '.join(missing)}. Nothing was changed.")
    reference = Reference(str(kind), str(namespace), name)
    containers = objects.spec(objects.template(manifest)).get("containers")
    if not containers:
        raise errors.InvalidInput(
            f"the definition of {reference} has no spec.template.spec.containers. Nothing was changed."
        )
    if not all(container.get("name") for container in containers):
        raise errors.InvalidInput(f"the definition of {reference} has a container without a name. Nothing was changed.")
    for image in objects.images(objects.template(manifest)).values():
        images.parse(image)
    return reference


def _present(cluster: Cluster, kind: Kind, reference: Reference) -> Json | None:
    try:
        return reading.workload(cluster, kind, reference)
    except errors.NotFound:
        return None


def _cause(before: Json | None, manifest: Json, fresh: str) -> str:
    """The cause that stands there already when the images stay: another one alone would not be a change worth reporting."""
    if before is None or objects.images(objects.template(before)) != objects.images(objects.template(manifest)):
        return fresh
    return objects.annotations_of(before).get(revisions.CHANGE_CAUSE, fresh)


def _with_cause(manifest: Json, cause: str) -> Json:
    meta = objects.metadata(manifest)
    return {
        **manifest,
        "metadata": {**meta, "annotations": {revisions.CHANGE_CAUSE: cause, **objects.annotations_of(manifest)}},
    }


def _apply(cluster: Cluster, kind: Kind, reference: Reference, manifest: Json, *, force: bool, dry_run: bool) -> Json:
    """Apply; what an earlier upgrade or rollback of this collection wrote is ours to take back."""
    try:
        return cluster.apply(kind.RESOURCE, reference.namespace, reference.name, manifest, force=force, dry_run=dry_run)
    except errors.Conflict as conflict:
        if set(conflict.managers) != {resources.FIELD_MANAGER}:
            raise
    return cluster.apply(kind.RESOURCE, reference.namespace, reference.name, manifest, force=True, dry_run=dry_run)


def _written(workload: Json) -> tuple[Json, Json, Json]:
    """What people write: controllers' annotations come and go by themselves."""
    notes = {
        key: value
        for key, value in objects.annotations_of(workload).items()
        if not key.startswith("deployment.kubernetes.io/")
    }
    return objects.spec(workload), objects.labels(workload), notes
