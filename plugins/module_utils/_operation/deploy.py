# SPDX-License-Identifier: GPL-3.0-or-later
"""Deploy: a whole workload as its manifest says, made or brought up to date by server-side apply."""

from __future__ import annotations

import functools
import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._operation import (
    checks,
    configuring,
    reading,
    sources,
    writing,
)
from ansible_collections.steady.rollout.plugins.module_utils._operation.operate import Plan, operate, start
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._operation.roll import see_through
from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic import finding
from ansible_collections.steady.rollout.plugins.module_utils._rollout import (
    errors,
    images,
    objects,
    ownership,
    references,
    resources,
    revisions,
    templates,
    windows,
)
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports
    from ansible_collections.steady.rollout.plugins.module_utils._operation.roll import Change, Roll

Json = dict[str, t.Any]

_NUMBER = ("spec", "replicas")
_JSON_PATCH = "application/json-patch+json"


def deploy(
    ports: Ports,
    manifest: Json,
    settings: Settings,
    *,
    force_conflicts: bool = False,
    configuration: t.Mapping[str, t.Any] | None = None,
) -> Outcome:
    """Apply the manifest and see the rollout through.

    ``configuration`` is what comes along, by option: ``config``, ``secrets``.
    """
    reference = named(manifest)
    along, manifest = configuring.Configuration(configuration or {}).read(manifest, reference)
    plan = functools.partial(_plan, manifest, along, force_conflicts)
    return operate("deploy", start(ports, reference, along.settings(settings)), plan, must_exist=False)


def _plan(manifest: Json, along: configuring.Configuration, force: bool, roll: Roll, before: Json | None) -> Plan:
    reference, settings = roll.reference, roll.settings
    if before is not None:
        checks.may_roll(roll.kind, reference, before, settings)
        if "replicas" in objects.spec(manifest):
            instead = "Leave spec.replicas out of the definition."
            checks.refuse(reference, checks.autoscaled(roll.ports.cluster, reference, instead))
    manifest = _sourced(roll, manifest, before)
    version = reading.facts(roll.kind, manifest, settings.container)["version"]
    caused = _with_notes(before, manifest, settings.change_cause or _cause(before, manifest, f"deploy {version}"))
    asked = f"Deployment of {reference} at {version}"
    present = along.present(roll)
    missing = along.missing(present, before)
    intended = caused
    # What the API server would refuse is refused before any configuration has been written for it.
    if before is not None or missing:
        intended = _apply(roll, _with_number(caused, before), force=force, dry_run=True)
    if before is not None and not missing and _written(before) == _written(intended):
        return Plan(asked, f"runs {version} already", see=functools.partial(_see, along))
    if before is not None:
        finding.none_under_way(roll, before)

    def write(roll: Roll) -> tuple[Json | None, Json]:
        configuring.write(roll, missing, before, dry_run=settings.dry_run)
        noted = windows.noted(caused, roll.glass)
        if settings.dry_run:
            return before, _apply(roll, _with_number(noted, before), force=force, dry_run=True)
        _let_number_go(roll, noted, before)
        after = _apply(roll, noted, force=force, dry_run=False)
        if before is None:
            configuring.write(roll, missing, after)
        return before, after

    return Plan(
        asked,
        f"deployed at {version}",
        f"applying {version}",
        write,
        intended,
        beside=along.shown(roll, present, before),
        see=functools.partial(_see, along),
    )


def _sourced(roll: Roll, manifest: Json, before: Json | None) -> Json:
    """The manifest with its images as they are to be named. Raises Refused for one that comes from elsewhere than it may."""
    template = objects.template(manifest)
    sources.check(roll, template, objects.template(before or {}))
    named = sources.pinned(roll, template, objects.images(template))
    spec = objects.spec(manifest)
    return {**manifest, "spec": {**spec, "template": templates.with_images(spec["template"], named)}}


def _with_number(manifest: Json, before: Json | None) -> Json:
    """The manifest with the number of replicas that a real apply leaves alone."""
    if before is None or not ownership.released(before, manifest, *_NUMBER):
        return manifest
    return {**manifest, "spec": {**objects.spec(manifest), "replicas": objects.spec(before).get("replicas")}}


def _let_number_go(roll: Roll, manifest: Json, before: Json | None) -> None:
    """Leave the number of replicas to whoever sets it from now on, as it is, where an earlier manifest named it and this one does not."""
    for _attempt in range(writing.ATTEMPTS):
        steps = ownership.released(before, manifest, *_NUMBER) if before else []
        if not steps:
            return
        try:
            roll.ports.cluster.patch(
                roll.kind.RESOURCE, roll.reference.namespace, roll.reference.name, steps, content_type=_JSON_PATCH
            )
        except errors.Conflict:
            before = reading.workload(roll.ports.cluster, roll.kind, roll.reference)
        else:
            return


def _see(along: configuring.Configuration, roll: Roll, change: Change) -> Outcome:
    """See it through; once it is good, clear the configuration that nothing can go back to any more."""
    outcome = see_through(roll, change)
    if along.given and not outcome.failed:
        configuring.clear(roll, along)
    return outcome


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
            f"the definition of {reference} has no spec.template.spec.containers: add one. Nothing was changed."
        )
    if not all(container.get("name") for container in containers):
        raise errors.InvalidInput(
            f"the definition of {reference} has a container without a name: add it. Nothing was changed."
        )
    for image in objects.images(objects.template(manifest)).values():
        images.parse(image)
    return reference


def _cause(before: Json | None, manifest: Json, fresh: str) -> str:
    """The cause that stands there already when what runs stays: another one alone would not be a change worth reporting."""
    if before is None or objects.images(objects.template(before)) != objects.images(objects.template(manifest)):
        return fresh
    new = references.named(objects.template(manifest)) - references.named(objects.template(before))
    if new:
        return f"{fresh} with {', '.join(f'{kind} {name}' for kind, name in sorted(new))}"
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
