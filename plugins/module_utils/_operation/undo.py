# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done about a failed rollout: go back, pause, or leave it; and what is said about that."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.steady.rollout.plugins.module_utils._operation import (
    gating,
    reading,
    recording,
    sources,
    waiting,
    writing,
)
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, objects, revisions, wording
from ansible_collections.steady.rollout.plugins.module_utils._rollout import verdict as verdicts

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.roll import Roll
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Snapshot
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.verdict import Aim

Json = dict[str, t.Any]


@dataclass(frozen=True)
class Undone:
    """What was done about a failure, in words and as facts; ``after`` is the workload as it was left, with its revisions then."""

    text: str
    after: Json | None = None
    rolled_back: Json = field(default_factory=dict)
    revisions: tuple[Json, ...] = ()


DELETE = "Under OnDelete a pod takes it when it is deleted: delete those that are to have it."
NOTHING_FAILED = f"It was left as it is: nothing of the new version has failed. {DELETE}"


def undo(roll: Roll, waited: waiting.Waited, entries: tuple[revisions.Revision, ...], aim: Aim) -> Undone:
    """Do about a failed rollout what the settings say, and tell."""
    way = roll.settings.on_failure
    present = waited.snapshot.workload or {}
    if roll.kind.by_hand(present) and not any(finding.severity == "terminal" for finding in waited.verdict.findings):
        return Undone(NOTHING_FAILED, present, {}, waited.snapshot.revisions)
    try:
        if way == "rollback":
            return _roll_back(roll, waited, entries, aim)
        if way == "pause":
            return _pause(roll, waited.snapshot, entries, aim)
        return _leave(roll, waited.snapshot, entries, " (on_failure: keep)" if way == "keep" else "")
    except errors.RolloutError as reason:
        return Undone(f"It could not be undone: {reason}")


def _leave(roll: Roll, snapshot: Snapshot, entries: tuple[revisions.Revision, ...], why: str) -> Undone:
    # One that was good before may have failed for a reason of its surroundings: it stays a way back.
    blamed = roll.recorded and not any(revision.current and revision.outcome == revisions.GOOD for revision in entries)
    after = recording.record(roll, snapshot, entries, revisions.BAD) if blamed else snapshot.workload
    return Undone(f"It was left as it is{why}.", after)


def _pause(roll: Roll, snapshot: Snapshot, entries: tuple[revisions.Revision, ...], aim: Aim) -> Undone:
    failed = {revision.identity: revisions.BAD for revision in entries if revision.current}

    def make(now: Json) -> Json:
        _still_ours(now, aim)
        notes = revisions.outcome_annotation(now, entries, failed)
        patch = roll.kind.pause_patch(now, True)
        kept = patch.get("metadata", {}).get("annotations", {})
        return {**patch, "metadata": {"annotations": {**kept, **notes}}}

    _before, after = writing.change(roll.ports.cluster, roll.kind, roll.reference, snapshot.workload or {}, make)
    resume = roll.kind.resume_command(after)
    return Undone(f"It was paused (on_failure: pause); after mending it resume with: {resume}", after)


def _roll_back(roll: Roll, waited: waiting.Waited, entries: tuple[revisions.Revision, ...], aim: Aim) -> Undone:
    target = revisions.last_good(entries)
    if target is None:
        return _leave(roll, waited.snapshot, entries, ": there is no earlier revision to go back to")
    failed = {revision.identity: revisions.BAD for revision in entries if revision.current}
    cause = f"rollback to {target.version}: {waited.verdict.message}"

    def make(now: Json) -> Json:
        _still_ours(now, aim)
        reason = roll.kind.refusal(now)
        if reason:
            raise errors.Refused(reason)
        notes = {**revisions.outcome_annotation(now, entries, failed), revisions.CHANGE_CAUSE: cause}
        return writing.template_patch(target.template, notes)

    sources.warn(roll, target.template)
    good = ", last good" if target.outcome == revisions.GOOD else ""
    roll.journal.say(f"rolling back to {target.title}{good}")
    before, after = writing.change(roll.ports.cluster, roll.kind, roll.reference, waited.snapshot.workload or {}, make)
    if roll.kind.by_hand(after):
        facts = reading.facts(roll.kind, after, roll.settings.container, waited.snapshot.revisions)
        return Undone(f"Its template is that of {target.title} again. {DELETE}", after, facts)
    back = verdicts.aim_at(after, before=before)
    roll.journal.stage = f"it is being rolled back to {target.title}; the cluster goes on with it by itself."
    steps = gating.for_rollback(roll).steps(after)
    again = waiting.wait(roll, after, back, steps)
    if again.verdict.phase != "complete":
        lines = [f"Rolling back to {target.title} failed too: {again.verdict.message}."]
        return Undone(
            "\n  ".join(lines + wording.cause(again.verdict.findings)),
            again.snapshot.workload,
            {},
            again.snapshot.revisions,
        )
    recording.record(roll, again.snapshot, entries, revisions.GOOD)
    facts = reading.facts(
        roll.kind, again.snapshot.workload or after, roll.settings.container, again.snapshot.revisions
    )
    roll.journal.say(f"rolled back to revision {facts['revision']} ({facts['version']})")
    lowest, wanted = min(waited.lowest_available, again.lowest_available), again.verdict.status.wanted
    serving = f"; never fewer than {lowest} of its {wanted} pods were available" if lowest else ""
    images = ", ".join(facts["images"].values())
    return Undone(
        f"Rolled back to revision {facts['revision']} ({images}){serving}.",
        again.snapshot.workload,
        {**facts, "seconds": round(roll.journal.seconds, 3), "gates": list(gating.results(steps))},
        again.snapshot.revisions,
    )


def _still_ours(now: Json, aim: Aim) -> None:
    if objects.uid(now) != aim.uid or objects.template(now) != aim.template:
        raise errors.Refused("somebody else has changed it in the meantime.")
