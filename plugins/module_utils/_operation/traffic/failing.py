# SPDX-License-Identifier: GPL-3.0-or-later
"""A step that failed: requests go back first, then the cause is gathered, then the twin goes, or stays to be looked at."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.steady.rollout.plugins.module_utils._operation import evidence, reading, writing
from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic import shifting, undoing
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, objects, revisions, wording

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome
    from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic.reached import Reached
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Finding

Json = dict[str, t.Any]

AGAIN = "Run the same again to go on, or workload_rollback to undo it."


@dataclass(frozen=True)
class Trouble:
    """Why a step failed."""

    message: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Left:
    """What was done about it, in words; whether all requests are given back, and the twin is gone as well."""

    words: str
    given_back: bool = False
    undone: bool = False


def failed(reached: Reached, trouble: Trouble) -> Outcome:
    """Do what ``on_failure`` says and answer for it. Raises LeaseLost."""
    roll, state = reached.roll, reached.under_way.state
    after_seconds = wording.seconds(roll.journal.seconds)
    took = f"failed after {after_seconds} at step {state.step} of {state.of}: {trouble.message}"
    roll.journal.say(f"failed: {trouble.message}")
    findings = trouble.findings
    try:
        keeps = roll.settings.on_failure == "keep"
        drains = not keeps and shifting.give_back(roll.ports, roll.journal, reached.under_way.fork)
        findings = evidence.with_logs(roll.ports.cluster, roll.reference.namespace, findings)
        left = _left(reached, drains=drains)
    except errors.LeaseLost:
        raise
    except errors.RolloutError as reason:
        left = Left(f"It could not be undone: {reason}")
    after = _remembered(reached)
    facts = reading.facts(roll.kind, after, roll.settings.container)
    same = objects.template(after) == reached.goal.present
    done = _who_has_them(reached, left, facts, same=same) if left.given_back else left.words
    text = wording.failure(reached.change.asked, took, findings, done, "" if left.undone else AGAIN)
    back = {**facts, "seconds": round(roll.journal.seconds, 3), "gates": []} if left.undone and same else {}
    return reached.outcome("failed", text, after, failed=True, findings=findings, rolled_back=back)


def _left(reached: Reached, *, drains: bool) -> Left:
    under_way, way = reached.under_way, reached.roll.settings.on_failure
    name = objects.name(under_way.twin)
    if way == "keep":
        weight = under_way.state.weight
        return Left(f"It was left as it is (on_failure: keep): {weight} of 100 requests go to {name}.")
    if way == "pause":
        reached.noted(weight=0)
        return Left(f"Deployment {name} stays to be looked at (on_failure: pause).", given_back=True)
    undoing.ended(reached.roll, under_way, reached.change.after, drains=drains)
    return Left(f"the {under_way.state.strategy} was removed.", given_back=True, undone=True)


def _who_has_them(reached: Reached, left: Left, facts: Json, *, same: bool) -> str:
    """Who has the requests again. ``same``: whether the Deployment still has the template that it had."""
    stable = reached.under_way.fork.stable
    if same:
        return f"All requests go to {stable} ({reached.goal.old}), whose pods were not touched; {left.words}"
    return (
        f"All requests go to {stable}; {left.words} Somebody else changed the pod template of the Deployment meanwhile: it has"
        f" {facts['version']} and keeps it."
    )


def _remembered(reached: Reached) -> Json:
    """The workload as it is then; a revision of its history that has this very template is known as bad from now on."""
    roll = reached.roll
    present = reading.workload(roll.ports.cluster, roll.kind, roll.reference)
    snapshot = reading.snapshot(roll.ports.cluster, roll.kind, roll.reference, present)
    entries = revisions.history(roll.kind, snapshot, roll.settings.container)
    bad = {
        entry.identity: revisions.BAD
        for entry in entries
        if entry.template == reached.goal.wanted and entry.outcome != revisions.GOOD and not entry.current
    }
    if not bad:
        return present
    notes = revisions.outcome_annotation(present, entries, bad)
    return writing.change(
        roll.ports.cluster, roll.kind, roll.reference, present, lambda now: writing.annotation_patch(now, notes)
    )[1]
