# SPDX-License-Identifier: GPL-3.0-or-later
"""Rollback: the template of an earlier revision, by its number, by its version, or the last good one."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ansible_collections.steady.rollout.plugins.module_utils._operation import checks, reading, roll, writing
from ansible_collections.steady.rollout.plugins.module_utils._operation.journal import Journal
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._rollout import difference, errors, kinds, revisions

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference

Json = dict[str, t.Any]


@dataclass(frozen=True)
class Target:
    """Where to go back to; neither revision nor version: the last good one. ``force`` allows one known to be bad."""

    revision: int = 0
    version: str = ""
    force: bool = False


def rollback(ports: Ports, reference: Reference, target: Target, settings: Settings) -> Outcome:
    """Bring an earlier revision's template back and see the rollout through. A rollback is never rolled back itself."""
    kind, journal = kinds.named(reference.kind), Journal(ports, reference)
    settings = replace(settings, on_failure="report")
    present = reading.workload(ports.cluster, kind, reference)
    checks.may_roll(kind, reference, present, settings)
    snapshot = reading.snapshot(ports.cluster, kind, reference, present)
    entries = revisions.history(kind, snapshot, settings.container)
    running = roll.Roll(ports, kind, reference, settings, journal)
    now = reading.facts(kind, present, settings.container, snapshot.revisions)
    goal = _choose(reference, entries, target)
    if goal is None or goal.current:
        done = f"runs revision {now['revision']} ({now['version']}) already" + (
            "" if goal else ": it was rolled back before. To go further back, name a revision or a version"
        )
        change = roll.Change(f"Rollback of {reference}", done, present, present, changed=False)
        journal.say(done)
        return checks.predicted(running, change) if settings.dry_run else roll.see_through(running, change)
    text = f"from revision {now['revision']} ({now['version']}) to {goal.title}"
    if not settings.dry_run:
        journal.say(f"rolling back {text}")
    notes = {revisions.CHANGE_CAUSE: settings.change_cause or f"rollback to {goal.version}"}
    left = _left_behind(entries, goal)

    def make(item: Json) -> Json:
        checks.may_roll(kind, reference, item, settings)
        return writing.template_patch(goal.template, {**notes, **revisions.outcome_annotation(item, entries, left)})

    before, after = writing.change(ports.cluster, kind, reference, present, make, dry_run=settings.dry_run)
    change = roll.Change(
        f"Rollback of {reference} {text}", f"rolled back {text}", after, before, difference.of(before, after)
    )
    return checks.predicted(running, change) if settings.dry_run else roll.see_through(running, change)


def _choose(reference: Reference, entries: tuple[revisions.Revision, ...], target: Target) -> revisions.Revision | None:
    try:
        if target.revision:
            goal = revisions.by_number(entries, target.revision)
        elif target.version:
            goal = revisions.by_version(entries, target.version)
        else:
            return revisions.previous(entries)
    except errors.Refused as reason:
        raise errors.Refused(f"{reference} was not rolled back: {reason}") from reason
    if goal.outcome == revisions.BAD and not goal.current and not target.force:
        raise errors.Refused(
            f"{reference} was not rolled back: {goal.title} is known to have failed. Set force: true to go there all the same."
        )
    return goal


def _left_behind(entries: tuple[revisions.Revision, ...], goal: revisions.Revision) -> dict[str, str]:
    """What to remember of the revision that is left: undone, unless it is known to be bad, or this is the way forward again."""
    if goal.outcome == revisions.UNDONE:
        return {}
    return {item.identity: revisions.UNDONE for item in entries if item.current and item.outcome != revisions.BAD}
