# SPDX-License-Identifier: GPL-3.0-or-later
"""Rollback: the template of an earlier revision, by its number, by its version, or the last good one."""

from __future__ import annotations

import functools
import typing as t
from dataclasses import dataclass, replace

from ansible_collections.steady.rollout.plugins.module_utils._operation import checks, reading, sources, writing
from ansible_collections.steady.rollout.plugins.module_utils._operation.operate import Plan, operate, patched, start
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic import finding, undoing
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, objects, revisions
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic import twin

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports
    from ansible_collections.steady.rollout.plugins.module_utils._operation.roll import Roll
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
    settings = replace(settings, on_failure="report")
    return operate("rollback", start(ports, reference, settings), functools.partial(_plan, target))


def _plan(target: Target, roll: Roll, present: Json) -> Plan:
    reference, settings = roll.reference, roll.settings
    checks.may_roll(roll.kind, reference, present, settings)
    begun = finding.under_way(roll.ports.cluster, reference, present)
    if begun and _ends_there(begun, target, present):
        runs = reading.facts(roll.kind, present, settings.container)["version"]
        return undoing.plan(begun, roll, f"Rollback of {reference} from {begun.state.version} to {runs}", runs)
    planned = _rolling(target, roll, present)
    return undoing.first(begun, planned) if begun and planned.write else planned


def _ends_there(begun: finding.UnderWay, target: Target, present: Json) -> bool:
    """Whether ending the rollout by weights is all: the new version is in none of the workload's own pods, and no older one is meant."""
    promoting = begun.state.template == twin.template_hash(objects.template(present))
    return not promoting and not target.revision and not target.version


def _rolling(target: Target, roll: Roll, present: Json) -> Plan:
    reference, settings = roll.reference, roll.settings
    snapshot = reading.snapshot(roll.ports.cluster, roll.kind, reference, present)
    entries = revisions.history(roll.kind, snapshot, settings.container)
    now = reading.facts(roll.kind, present, settings.container, snapshot.revisions)
    goal = _choose(reference, entries, target)
    if goal is None or goal.current:
        done = f"runs revision {now['revision']} ({now['version']}) already" + (
            "" if goal else ": it was rolled back before. To go further back, name a revision or a version"
        )
        return Plan(f"Rollback of {reference}", done)
    sources.warn(roll, goal.template)
    text = f"from revision {now['revision']} ({now['version']}) to {goal.title}"
    notes = {revisions.CHANGE_CAUSE: settings.change_cause or f"rollback to {goal.version}"}
    left = _left_behind(entries, goal)

    def make(item: Json) -> Json:
        checks.may_roll(roll.kind, reference, item, settings)
        return writing.template_patch(goal.template, {**notes, **revisions.outcome_annotation(item, entries, left)})

    return Plan(
        f"Rollback of {reference} {text}", f"rolled back {text}", f"rolling back {text}", patched(make, present)
    )


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
