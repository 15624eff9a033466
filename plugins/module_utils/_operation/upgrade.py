# SPDX-License-Identifier: GPL-3.0-or-later
"""Upgrade: other images in the same workload."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.steady.rollout.plugins.module_utils._operation import checks, reading, roll, writing
from ansible_collections.steady.rollout.plugins.module_utils._operation.journal import Journal
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._rollout import (
    difference,
    errors,
    kinds,
    objects,
    revisions,
    templates,
)

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference

Json = dict[str, t.Any]


@dataclass(frozen=True)
class Wanted:
    """A version for the main container, or an image for each container named."""

    version: str = ""
    images: dict[str, str] = field(default_factory=dict)


def upgrade(ports: Ports, reference: Reference, wanted: Wanted, settings: Settings) -> Outcome:
    """Put the wanted images into the workload and see the rollout through. With all of them there already, only wait for it."""
    kind, journal = kinds.named(reference.kind), Journal(ports, reference)
    present = reading.workload(ports.cluster, kind, reference)
    checks.may_roll(kind, reference, present, settings)
    images = _images(reference, present, wanted, settings.container)
    template = templates.with_images(objects.template(present), images)
    old, new = (
        templates.version(item, reference.name, settings.container) for item in (objects.template(present), template)
    )
    running = roll.Roll(ports, kind, reference, settings, journal)
    if template == objects.template(present):
        change = roll.Change(f"Upgrade of {reference} to {new}", f"runs {new} already", present, present, changed=False)
        journal.say(change.done)
        return checks.predicted(running, change) if settings.dry_run else roll.see_through(running, change)
    checks.has_room(ports.cluster, kind, reference, present, template, journal)
    surge, missing = kind.surge(present)
    wanted_pods = objects.spec(present).get("replicas", 1)
    if not settings.dry_run:
        journal.say(f"{old} -> {new}; {wanted_pods} replicas, surge {surge}, unavailable {missing}")
    notes = {revisions.CHANGE_CAUSE: settings.change_cause or f"upgrade to {new}"}

    def make(now: Json) -> Json:
        checks.may_roll(kind, reference, now, settings)
        return writing.template_patch(templates.with_images(objects.template(now), images), notes)

    before, after = writing.change(ports.cluster, kind, reference, present, make, dry_run=settings.dry_run)
    change = roll.Change(
        f"Upgrade of {reference} from {old} to {new}",
        f"upgraded from {old} to {new}",
        after,
        before,
        difference.of(before, after),
    )
    return checks.predicted(running, change) if settings.dry_run else roll.see_through(running, change)


def _images(reference: Reference, present: Json, wanted: Wanted, container: str) -> dict[str, str]:
    try:
        return templates.wanted_images(
            objects.template(present),
            reference.name,
            to_version=wanted.version,
            to_images=wanted.images,
            container=container,
        )
    except errors.InvalidInput as reason:
        raise errors.InvalidInput(f"{reference} cannot be upgraded: {reason} Nothing was changed.") from reason
