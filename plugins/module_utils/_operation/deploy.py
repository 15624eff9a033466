# SPDX-License-Identifier: GPL-3.0-or-later
"""Deploy: a whole workload as its manifest says, made or brought up to date by server-side apply."""

from __future__ import annotations

import functools
import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._operation import checks, reading
from ansible_collections.steady.rollout.plugins.module_utils._operation.operate import Plan, operate, start
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._rollout import (
    errors,
    images,
    objects,
    resources,
    revisions,
    windows,
)
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports
    from ansible_collections.steady.rollout.plugins.module_utils._operation.roll import Roll

Json = dict[str, t.Any]


def deploy(ports: Ports, manifest: Json, settings: Settings, *, force_conflicts: bool = False) -> Outcome:
    """Apply the manifest and see the rollout through."""
    plan = functools.partial(_plan, manifest, force_conflicts)
    return operate("deploy", start(ports, named(manifest), settings), plan, must_exist=False)


def _plan(manifest: Json, force: bool, roll: Roll, before: Json | None) -> Plan:
    reference, settings = roll.reference, roll.settings
    if before is not None:
        checks.may_roll(roll.kind, reference, before, settings)
        if "replicas" in objects.spec(manifest):
            instead = "Leave spec.replicas out of the definition."
            checks.refuse(reference, checks.autoscaled(roll.ports.cluster, reference, instead))
    version = reading.facts(roll.kind, manifest, settings.container)["version"]
    caused = _with_notes(before, manifest, settings.change_cause or _cause(before, manifest, f"deploy {version}"))
    asked = f"Deployment of {reference} at {version}"
    intended = caused
    if before is not None:
        intended = _apply(roll, caused, force=force, dry_run=True)
        if _written(before) == _written(intended):
            return Plan(asked, f"runs {version} already")

    def write(roll: Roll) -> tuple[Json | None, Json]:
        return before, _apply(roll, windows.noted(caused, roll.glass), force=force, dry_run=settings.dry_run)

    return Plan(asked, f"deployed at {version}", f"applying {version}", write, intended)


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


def _cause(before: Json | None, manifest: Json, fresh: str) -> str:
    """The cause that stands there already when the images stay: another one alone would not be a change worth reporting."""
    if before is None or objects.images(objects.template(before)) != objects.images(objects.template(manifest)):
        return fresh
    return objects.annotations_of(before).get(revisions.CHANGE_CAUSE, fresh)


def _with_notes(before: Json | None, manifest: Json, cause: str) -> Json:
    """The manifest with the cause, and with the record of a broken glass: what is left out of an apply would be taken away."""
    meta, there = objects.metadata(manifest), objects.annotations_of(before or {})
    kept = {key: there[key] for key in (windows.BREAK_GLASS,) if key in there}
    return {
        **manifest,
        "metadata": {
            **meta,
            "annotations": {revisions.CHANGE_CAUSE: cause, **kept, **objects.annotations_of(manifest)},
        },
    }


def _apply(roll: Roll, manifest: Json, *, force: bool, dry_run: bool) -> Json:
    """Apply; what an earlier upgrade or rollback of this collection wrote is ours to take back."""
    apply = functools.partial(
        roll.ports.cluster.apply, roll.kind.RESOURCE, roll.reference.namespace, roll.reference.name, manifest
    )
    try:
        return apply(force=force, dry_run=dry_run)
    except errors.Conflict as conflict:
        if set(conflict.managers) != {resources.FIELD_MANAGER}:
            raise
    return apply(force=True, dry_run=dry_run)


def _written(workload: Json) -> tuple[Json, Json, Json]:
    """What people write: controllers' annotations come and go by themselves."""
    notes = {
        key: value
        for key, value in objects.annotations_of(workload).items()
        if not key.startswith("deployment.kubernetes.io/")
    }
    return objects.spec(workload), objects.labels(workload), notes
