# SPDX-License-Identifier: GPL-3.0-or-later
"""Seeing a rollout through: wait, record how it turned out, and when it fails gather the cause first and then go back."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.steady.rollout.plugins.module_utils._operation import evidence, reading, waiting, writing
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, objects, revisions, wording
from ansible_collections.steady.rollout.plugins.module_utils._rollout import verdict as verdicts

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.journal import Journal
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds.kind import Kind
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference, Snapshot
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.verdict import Aim, Verdict

Json = dict[str, t.Any]


@dataclass(frozen=True)
class Change:
    """A change that has been written: what was asked, in the words of a report, and the workload before and after."""

    asked: str
    done: str
    after: Json
    before: Json | None = None
    diff: Json = field(default_factory=dict)
    changed: bool = True


@dataclass(frozen=True)
class Roll:
    """One rollout to see through; ``recorded`` tells whether its outcome is kept with the workload."""

    ports: Ports
    kind: Kind
    reference: Reference
    settings: Settings
    journal: Journal
    recorded: bool = True
    proven: bool = False


@dataclass(frozen=True)
class Undone:
    """What was done about a failure, in words and as facts; ``after`` is the workload as it was left."""

    text: str
    after: Json | None = None
    rolled_back: Json = field(default_factory=dict)


def see_through(roll: Roll, change: Change) -> Outcome:
    """Wait for the change and answer for it."""
    aim = verdicts.aim_at(change.after, before=change.before if change.changed else None, proven=roll.proven)
    waited = waiting.wait(roll.ports, roll.kind, roll.reference, change.after, aim, roll.settings, roll.journal)
    entries = revisions.history(roll.kind, waited.snapshot, roll.settings.container)
    if waited.verdict.phase == "complete":
        if roll.recorded:
            record(roll, waited.snapshot, entries, revisions.GOOD)
        return outcome(roll, change, waited.verdict, f"{roll.reference} {change.done}.", after=waited.snapshot.workload)
    verdict = waited.verdict
    took = f"failed after {wording.seconds(roll.journal.seconds)}: {verdict.message}"
    if verdict.lost:
        text = wording.failure(
            change.asked, took, (), "Nothing was undone: the workload is no longer the one that was asked for.", ""
        )
        return outcome(roll, change, verdict, text, after=waited.snapshot.workload)
    findings = evidence.with_logs(roll.ports.cluster, roll.reference.namespace, verdict.findings)
    roll.journal.say(f"failed: {verdict.message}")
    undone = undo(roll, waited, entries, aim)
    text = wording.failure(change.asked, took, findings, undone.text, "" if findings else NO_CAUSE)
    return outcome(
        roll,
        change,
        verdict,
        text,
        after=undone.after or waited.snapshot.workload,
        findings=findings,
        rolled_back=undone.rolled_back,
    )


NO_CAUSE = "No pod named a cause; if it only needs longer, give it more with timeout."


def outcome(
    roll: Roll,
    change: Change,
    verdict: Verdict,
    message: str,
    *,
    after: Json | None,
    findings: tuple[t.Any, ...] | None = None,
    rolled_back: Json | None = None,
) -> Outcome:
    """The outcome of a change that was waited for."""
    container = roll.settings.container
    return Outcome(
        reference=roll.reference,
        changed=change.changed or bool(rolled_back),
        failed=verdict.phase != "complete",
        message=message,
        status=verdict.phase,
        before=reading.facts(roll.kind, change.before, container) if change.before else {},
        after=reading.facts(roll.kind, after, container) if after else {},
        findings=verdict.findings if findings is None else findings,
        rolled_back=rolled_back or {},
        diff=change.diff,
        timeline=tuple(roll.journal.entries),
        seconds=round(roll.journal.seconds, 3),
    )


def record(roll: Roll, snapshot: Snapshot, entries: tuple[revisions.Revision, ...], how: str) -> Json | None:
    """Keep with the workload how its present revision turned out; the workload as it is then."""
    newest, present = snapshot.newest, snapshot.workload
    if newest is None or present is None:
        return present
    turned_out = {roll.kind.identity(newest): how}

    def make(now: Json) -> Json:
        return writing.annotation_patch(now, revisions.outcome_annotation(now, entries, turned_out))

    _before, after = writing.change(roll.ports.cluster, roll.kind, roll.reference, present, make)
    return after


def undo(roll: Roll, waited: waiting.Waited, entries: tuple[revisions.Revision, ...], aim: Aim) -> Undone:
    """Do about a failed rollout what the settings say, and tell."""
    way = roll.settings.on_failure
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
    after = record(roll, snapshot, entries, revisions.BAD) if blamed else snapshot.workload
    return Undone(f"It was left as it is{why}.", after)


def _pause(roll: Roll, snapshot: Snapshot, entries: tuple[revisions.Revision, ...], aim: Aim) -> Undone:
    failed = {revision.identity: revisions.BAD for revision in entries if revision.current}

    def make(now: Json) -> Json:
        _still_ours(now, aim)
        notes = revisions.outcome_annotation(now, entries, failed)
        return {**roll.kind.pause_patch(True), "metadata": {"annotations": notes}}

    _before, after = writing.change(roll.ports.cluster, roll.kind, roll.reference, snapshot.workload or {}, make)
    resume = f"kubectl -n {roll.reference.namespace} rollout resume {roll.reference.kind.lower()}/{roll.reference.name}"
    return Undone(f"It was paused (on_failure: pause); after mending it resume with: {resume}", after)


def _roll_back(roll: Roll, waited: waiting.Waited, entries: tuple[revisions.Revision, ...], aim: Aim) -> Undone:
    target = revisions.last_good(entries)
    if target is None:
        return _leave(roll, waited.snapshot, entries, ": there is no earlier revision to go back to")
    failed = {revision.identity: revisions.BAD for revision in entries if revision.current}
    cause = f"rollback to {target.version}: {waited.verdict.message}"

    def make(now: Json) -> Json:
        _still_ours(now, aim)
        notes = {**revisions.outcome_annotation(now, entries, failed), revisions.CHANGE_CAUSE: cause}
        return writing.template_patch(target.template, notes)

    good = ", last good" if target.outcome == revisions.GOOD else ""
    roll.journal.say(f"rolling back to {target.title}{good}")
    before, after = writing.change(roll.ports.cluster, roll.kind, roll.reference, waited.snapshot.workload or {}, make)
    back = verdicts.aim_at(after, before=before)
    again = waiting.wait(roll.ports, roll.kind, roll.reference, after, back, roll.settings, roll.journal)
    if again.verdict.phase != "complete":
        lines = [f"Rolling back to {target.title} failed too: {again.verdict.message}."]
        return Undone("\n  ".join(lines + wording.cause(again.verdict.findings)), again.snapshot.workload)
    record(roll, again.snapshot, entries, revisions.GOOD)
    facts = reading.facts(roll.kind, again.snapshot.workload or after, roll.settings.container)
    roll.journal.say(f"rolled back to revision {facts['revision']} ({facts['version']})")
    lowest, wanted = min(waited.lowest_available, again.lowest_available), again.verdict.status.wanted
    serving = f"; never fewer than {lowest} of its {wanted} pods were available" if lowest else ""
    images = ", ".join(facts["images"].values())
    return Undone(
        f"Rolled back to revision {facts['revision']} ({images}){serving}.",
        again.snapshot.workload,
        {**facts, "seconds": round(roll.journal.seconds, 3)},
    )


def _still_ours(now: Json, aim: Aim) -> None:
    if objects.uid(now) != aim.uid or objects.template(now) != aim.template:
        raise errors.Refused("somebody else has changed it in the meantime.")
