# SPDX-License-Identifier: GPL-3.0-or-later
"""Upgrade: other images in the same workload."""

from __future__ import annotations

import functools
import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.steady.rollout.plugins.module_utils._operation import checks, sources, writing
from ansible_collections.steady.rollout.plugins.module_utils._operation.operate import Plan, operate, patched, start
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._operation.strategies.strategy import Goal
from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic import finding, undoing
from ansible_collections.steady.rollout.plugins.module_utils._rollout import (
    errors,
    objects,
    revisions,
    templates,
)
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic import twin

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports
    from ansible_collections.steady.rollout.plugins.module_utils._operation.roll import Roll
    from ansible_collections.steady.rollout.plugins.module_utils._operation.strategies.strategy import Strategy
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference

Json = dict[str, t.Any]


@dataclass(frozen=True)
class Wanted:
    """A version for the main container, or an image for each container named.

    By which ``strategy``, None for the rolling one; ``promote``: a step that waits for approval has it.
    """

    version: str = ""
    images: dict[str, str] = field(default_factory=dict)
    strategy: Strategy | None = None
    promote: bool = False


def upgrade(ports: Ports, reference: Reference, wanted: Wanted, settings: Settings) -> Outcome:
    """Put the wanted images into the workload and see the rollout through. With all of them there already, only wait for it."""
    settings = replace(settings, strategy=wanted.strategy)
    return operate("upgrade", start(ports, reference, settings), functools.partial(_plan, wanted))


def _plan(wanted: Wanted, roll: Roll, present: Json) -> Plan:
    reference, settings = roll.reference, roll.settings
    checks.may_roll(roll.kind, reference, present, settings)
    images = _images(reference, present, wanted, settings.container)
    named = templates.with_images(objects.template(present), images)
    sources.check(roll, named, objects.template(present))
    images = sources.pinned(roll, named, images)
    template = templates.with_images(named, images)
    old, new = templates.versions(objects.template(present), template, reference.name, settings.container)
    notes = {revisions.CHANGE_CAUSE: settings.change_cause or f"upgrade to {new}"}

    def make(now: Json) -> Json:
        checks.may_roll(roll.kind, reference, now, settings)
        return writing.template_patch(templates.with_images(objects.template(now), images), notes)

    if wanted.strategy:
        goal = Goal(objects.template(present), template, old, new, make, wanted.promote)
        return wanted.strategy.plan(goal, roll, present)
    begun = finding.under_way(roll.ports.cluster, reference, present)
    if begun:
        return _without_strategy(roll, begun, present, template, old, new)
    if template == objects.template(present):
        return Plan(f"Upgrade of {reference} to {new}", f"runs {new} already")
    checks.has_room(roll.ports.cluster, roll.kind, reference, present, template, roll.journal)
    return Plan(
        f"Upgrade of {reference} from {old} to {new}",
        f"upgraded from {old} to {new}",
        f"{old} -> {new}; {checks.manner(roll.kind, present)}",
        patched(make, present),
    )


def _without_strategy(roll: Roll, begun: finding.UnderWay, present: Json, template: Json, old: str, new: str) -> Plan:
    """Back to the version that all users have had: undone. Anything else has to say what becomes of the one that is tried out."""
    kept = begun.state
    if template == objects.template(present) and kept.template != twin.template_hash(template):
        return undoing.plan(begun, roll, f"Upgrade of {roll.reference} to {new}", old)
    raise errors.Refused(
        f"{roll.reference} was not changed: its {kept.strategy} of {kept.version} is under way, {kept.words}."
        f" Set strategy: {kept.strategy} to go on with it, or end it with workload_rollback."
    )


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
