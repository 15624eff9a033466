# SPDX-License-Identifier: GPL-3.0-or-later
"""Seeing a rollout through: wait, record how it turned out, and when it fails gather the cause first and then go back."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.steady.rollout.plugins.module_utils._operation import (
    cure,
    evidence,
    gating,
    reading,
    recording,
    undo,
    waiting,
)
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._rollout import revisions, running, wording
from ansible_collections.steady.rollout.plugins.module_utils._rollout import verdict as verdicts

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.journal import Journal
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports
    from ansible_collections.steady.rollout.plugins.module_utils._operation.waiting import Step
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds.kind import Kind
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference, Snapshot
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.verdict import Verdict

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
    """One rollout to see through; ``recorded`` tells whether its outcome is kept with the workload.

    ``glass`` says who began it outside the maintenance windows, and why; empty for one within.
    The steps ``beside`` go along with each of its waits, after all others: they see the verdict as it is going to be.
    """

    ports: Ports
    kind: Kind
    reference: Reference
    settings: Settings
    journal: Journal
    recorded: bool = True
    proven: bool = False
    keeper: Step | None = None
    glass: Json = field(default_factory=dict)
    beside: tuple[Step, ...] = ()

    def steps(self, workload: Json) -> tuple[Step, ...]:
        """What goes along with a wait for the workload as it is then, in this order."""
        steps: list[Step] = [gating.Gating(self, workload)] if self.settings.gates else []
        if self.keeper and self.settings.delete_stuck_pods and not self.proven:
            steps.insert(0, cure.Cure(self))
        return (*((self.keeper,) if self.keeper else ()), *steps, *self.beside)


def see_through(roll: Roll, change: Change) -> Outcome:
    """Wait for the change and answer for it."""
    aim = verdicts.aim_at(change.after, before=change.before if change.changed else None, proven=roll.proven)
    steps = roll.steps(change.after)
    waited = waiting.wait(roll, change.after, aim, steps)
    gates = gating.results(steps)
    entries = revisions.history(roll.kind, waited.snapshot, roll.settings.container)
    if waited.verdict.phase == "complete":
        if roll.recorded and waited.verdict.status.wanted:  # of nothing nothing is known to be good
            recording.record(roll, waited.snapshot, entries, revisions.GOOD)
        others = tuple(running.other_images(waited.snapshot))
        for finding in others:
            roll.journal.say(wording.brief(finding))
        done = f"{roll.reference} {change.done}."
        return outcome(roll, change, waited.verdict, done, waited.snapshot, gates, findings=others)
    verdict = waited.verdict
    took = f"failed after {wording.seconds(roll.journal.seconds)}: {verdict.message}"
    if verdict.lost or not waited.seen:
        text = wording.failure(change.asked, took, (), LOST if verdict.lost else UNSEEN, "")
        return outcome(roll, change, verdict, text, waited.snapshot, gates)
    findings = evidence.with_logs(roll.ports.cluster, roll.reference.namespace, verdict.findings)
    roll.journal.say(f"failed: {verdict.message}")
    undone = undo.undo(roll, waited, entries, aim)
    text = wording.failure(
        change.asked,
        took,
        findings,
        undone.text,
        "" if findings or verdict.status.failed or verdict.status.by_hand else NO_CAUSE,
    )
    return outcome(
        roll,
        change,
        verdict,
        text,
        waited.snapshot,
        gates,
        findings=findings,
        undone=undone,
    )


LOST = "Nothing was undone: the workload is no longer the one that was asked for."
UNSEEN = (
    "Nothing was undone: what nobody can see may be complete by now. Run the same again once the API server answers."
)
NO_CAUSE = "No pod named a cause; if it only needs longer, give it more with timeout."


def outcome(
    roll: Roll,
    change: Change,
    verdict: Verdict,
    message: str,
    snapshot: Snapshot,
    gates: tuple[Json, ...],
    *,
    findings: tuple[t.Any, ...] | None = None,
    undone: undo.Undone | None = None,
) -> Outcome:
    """The outcome of a change that was waited for until that snapshot, and of what was done about it."""
    container, seen = roll.settings.container, snapshot.revisions
    after, later = snapshot.workload, seen
    if undone and undone.after:
        after, later = undone.after, undone.revisions or seen
    return Outcome(
        reference=roll.reference,
        changed=change.changed or bool(undone and undone.rolled_back),
        failed=verdict.phase != "complete",
        message=message,
        status=verdict.phase,
        before=reading.facts(roll.kind, change.before, container, seen) if change.before else {},
        after=reading.facts(roll.kind, after, container, later) if after else {},
        findings=verdict.findings if findings is None else findings,
        rolled_back=undone.rolled_back if undone else {},
        gates=gates,
        diff=change.diff,
        timeline=tuple(roll.journal.entries),
        seconds=round(roll.journal.seconds, 3),
    )
