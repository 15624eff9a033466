# SPDX-License-Identifier: GPL-3.0-or-later
"""ConfigMaps and Secrets along with a deployment: written before the template that names them, cleared when no revision does."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ansible_collections.steady.rollout.plugins.module_utils._operation import reading
from ansible_collections.steady.rollout.plugins.module_utils._rollout import (
    configuration,
    errors,
    objects,
    references,
    resources,
)

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Settings
    from ansible_collections.steady.rollout.plugins.module_utils._operation.roll import Roll
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference

Json = dict[str, t.Any]

_RESOURCES = {"config": resources.CONFIG_MAP, "secrets": resources.SECRET}


@dataclass(frozen=True)
class Configuration:
    """What comes along, ``given`` by option as people wrote it; an option that nobody gave is absent, and its kind is left alone."""

    given: t.Mapping[str, t.Any]
    items: tuple[configuration.Item, ...] = ()

    def settings(self, settings: Settings) -> Settings:
        """The settings, which also tell what rights are needed."""
        return replace(settings, config="config" in self.given, secrets="secrets" in self.given)

    def read(self, manifest: Json, reference: Reference) -> tuple[Configuration, Json]:
        """With its items, and the manifest with their full names. Raises InvalidInput."""
        items = tuple(
            item for option, given in self.given.items() for item in configuration.parse(option, given, reference)
        )
        template = objects.spec(manifest).get("template") or {}
        lost = configuration.unreferenced(items, references.named(template))
        if lost:
            raise errors.InvalidInput(lost)
        renamed = references.renamed(template, {item.key: item.full_name for item in items})
        return replace(self, items=items), {**manifest, "spec": {**objects.spec(manifest), "template": renamed}}

    def present(self, roll: Roll) -> list[Json]:
        """The workload's own that are there. Secrets are read with their values, which go no further than the comparison."""
        labels = f"{configuration.LABEL}={configuration.label(roll.reference)}"
        scopes = (resources.Scope(_RESOURCES[option], roll.reference.namespace, labels=labels) for option in self.given)
        return [item for scope in scopes for item in roll.ports.cluster.list(scope)]

    def missing(self, present: list[Json], owner: Json | None) -> tuple[configuration.Item, ...]:
        """The items that have to be written, or to be given that owner."""
        return tuple(item for item in self.items if not item.is_there(present, owner))

    def shown(self, roll: Roll, present: list[Json], before: Json | None) -> tuple[Json, Json]:
        """What a diff shows of it, before and after."""
        names = references.named(objects.template(before or {}))
        old = [item for item in present if (item["kind"], objects.name(item)) in names]
        return configuration.shown(old, [item.manifest(roll.reference, None) for item in self.items])


def _resource(kind: str) -> resources.Resource:
    return next(resource for resource in _RESOURCES.values() if resource.kind == kind)


def write(roll: Roll, items: t.Iterable[configuration.Item], owner: Json | None, *, dry_run: bool = False) -> None:
    """Make them, or give those that are there their owner: applied twice an object is the same."""
    for item in items:
        manifest = item.manifest(roll.reference, owner)
        # Nobody else has a say in an object whose name only we can make up.
        roll.ports.cluster.apply(
            _resource(item.kind),
            roll.reference.namespace,
            item.full_name,
            manifest,
            force=True,
            dry_run=dry_run,
        )


def clear(roll: Roll, given: Configuration) -> None:
    """Delete the workload's own that no retained revision names. It never fails a rollout that was good."""
    try:
        workload = reading.workload(roll.ports.cluster, roll.kind, roll.reference)
        snapshot = reading.snapshot(roll.ports.cluster, roll.kind, roll.reference, workload)
        templates = [objects.template(workload), *map(roll.kind.template_of, snapshot.revisions)]
        names = frozenset().union(*map(references.named, templates))
        for item in configuration.unused(given.present(roll), names, workload):
            resource = _resource(item["kind"])
            roll.ports.cluster.delete(resource, roll.reference.namespace, objects.name(item), uid=objects.uid(item))
            roll.journal.say(f"removed {item['kind']} {objects.name(item)}: no revision names it any more")
    except errors.RolloutError as reason:
        roll.journal.say(f"what no revision names any more was left: {reason}")
