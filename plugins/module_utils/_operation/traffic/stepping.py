# SPDX-License-Identifier: GPL-3.0-or-later
"""A rollout by weights on its way: step by step, promoted at the end, ended in order when anything fails.

How far it is stands in the twin's annotation before each step begins, so the same command goes on there.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.steady.rollout.plugins.module_utils._operation import (
    evidence,
    gating,
    reading,
    waiting,
    writing,
)
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome
from ansible_collections.steady.rollout.plugins.module_utils._operation.roll import Change, Roll, see_through
from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic import shifting, telling, twins, undoing
from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic.finding import UnderWay
from ansible_collections.steady.rollout.plugins.module_utils._rollout import (
    errors,
    objects,
    resources,
    revisions,
    windows,
    wording,
)
from ansible_collections.steady.rollout.plugins.module_utils._rollout import verdict as verdicts
from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates import stable_for
from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates.gate import Gate
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic import routes, twin
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic import state as states

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.journal import Journal
    from ansible_collections.steady.rollout.plugins.module_utils._operation.strategies.strategy import Goal
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Finding
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic.routes import Fork
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic.state import State
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic.steps import Step

Json = dict[str, t.Any]

WAITING = "waiting"
"""The status of a rollout that waits for approval."""


def sides(fork: Fork, stable: str, other: str) -> Json:
    """Both sides as a gate that compares them needs them: Service, Deployment, and the headers that pin a request to it."""
    return {
        name: {
            "service": service,
            "deployment": deployment,
            "headers": {pin.name: pin.value for pin in pins if pin.name == routes.TRACK},
        }
        for name, service, deployment, pins in (
            ("new", fork.twin, other, fork.to_twin),
            ("old", fork.stable, stable, fork.to_stable),
        )
    }


@dataclass(frozen=True)
class Trouble:
    """Why a step failed."""

    message: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Run:
    """All that one run of a rollout by steps knows. ``begun`` is what it found under way, ``ours`` if that is what it goes on with."""

    goal: Goal
    present: Json
    service: Json
    fork: Fork
    state: State
    manifest: Json
    steps: tuple[Step, ...]
    begun: UnderWay | None = None
    ours: UnderWay | None = None
    gates: list[Json] = field(default_factory=list)

    def write(self, roll: Roll) -> tuple[Json | None, Json]:
        """Let the API server say what it would of everything that is going to be written. Nothing is written yet."""
        cluster = roll.ports.cluster
        if not self.ours and not self.begun:
            twins.made(cluster, resources.DEPLOYMENT, self.manifest, self.present, dry_run=True)
            twins.made(cluster, resources.SERVICE, self._twin_service(), self.present, dry_run=True)
            shifting.rewritten(
                cluster,
                self.fork.namespace,
                self.fork.route,
                lambda rules: routes.shared(rules, self.fork, 0),
                dry_run=True,
            )
        return writing.change(cluster, roll.kind, roll.reference, self.present, self.goal.make, dry_run=True)

    def see(self, roll: Roll, change: Change) -> Outcome:
        """Go through the steps and promote, or wait for approval."""
        if self.begun and not self.ours:
            roll.journal.say(
                f"{self.begun.state.strategy} of {self.begun.state.version} is given up for {self.goal.new}"
            )
            undoing.ended(roll, self.begun, self.present)
        under_way = self._made(roll)
        state = under_way.state
        if self.goal.wanted != objects.template(self.present):
            number = state.step + 1 if state.waiting else max(1, state.step)
            while number <= len(self.steps):
                step = self.steps[number - 1]
                under_way, trouble = self._step(roll, under_way, number, step)
                if trouble:
                    return self._failed(roll, change, under_way, trouble)
                if step.pause:
                    return self._waits(roll, change, under_way)
                number += 1
        return self._promoted(roll, change, under_way)

    def _twin_service(self) -> Json:
        return twin.service_of(self.present, self.service, self.state.strategy)

    def _made(self, roll: Roll) -> UnderWay:
        """The twin, made unless it is there; a run that was killed may have left only a part of it."""
        cluster = roll.ports.cluster
        if self.ours:
            item, state = self.ours.twin, self.ours.state
        else:
            state = replace(self.state, since=roll.ports.clock.now())
            item = twins.made(cluster, resources.DEPLOYMENT, _annotated(self.manifest, state), self.present)
        twins.made(cluster, resources.SERVICE, self._twin_service(), self.present)
        return UnderWay(item, replace(state, of=len(self.steps)), self.fork)

    def _step(self, roll: Roll, under_way: UnderWay, number: int, step: Step) -> tuple[UnderWay, Trouble | None]:
        """Grow, shift, hold: in this order, so that requests find the pods there."""
        cluster = roll.ports.cluster
        state = replace(under_way.state, step=number, waiting=False, since=roll.ports.clock.now())
        stable = roll.kind.wanted(reading.workload(cluster, roll.kind, roll.reference))
        pods = max(step.pods(stable), roll.kind.wanted(under_way.twin))
        under_way = replace(under_way, twin=twins.noted(cluster, under_way.twin, state, replicas=pods), state=state)
        place = f"step {number} of {len(self.steps)}{f' ({step.name})' if step.name else ''}"
        title = f"{state.strategy} {state.version}: {place}, weight {step.weight} of 100"
        roll.journal.stage = f"{title}; it stays so until the same is run again, or workload_rollback undoes it."
        roll.journal.say(f"{title}, {pods} {'pod' if pods == 1 else 'pods'}")
        trouble = self._hold(roll, under_way, ())
        if trouble:
            return under_way, trouble
        try:
            shifting.require_endpoints(roll.ports, self.fork.namespace, self.fork.twin, pods)
            shifting.share(roll.ports, roll.journal, self.fork, step.weight)
        except (errors.LeaseLost, errors.Unreachable):
            raise
        except errors.RolloutError as reason:
            return under_way, Trouble(str(reason).rstrip("."))
        state = replace(state, weight=step.weight)
        under_way = replace(under_way, twin=twins.noted(cluster, under_way.twin, state), state=state)
        if step.seconds:
            roll.journal.say(f"holding weight {step.weight} of 100 for {wording.seconds(step.seconds)}")
        return under_way, self._hold(roll, under_way, (*_held(number, step), *step.gates))

    def _hold(self, roll: Roll, under_way: UnderWay, gates: tuple[Gate, ...]) -> Trouble | None:
        """Wait until the twin's pods are ready and these gates have passed."""
        told = t.cast("Journal", telling.Told(roll.journal, f"{under_way.state.strategy} {under_way.state.version}"))
        own = replace(
            roll,
            reference=twins.reference_of(under_way.twin),
            settings=replace(roll.settings, gates=gates),
            journal=told,
            beside=(undoing.Served(self.fork),) if under_way.state.weight else (),
        )
        workload_steps = own.steps(under_way.twin)
        waited = waiting.wait(own, under_way.twin, verdicts.aim_at(under_way.twin), workload_steps)
        self.gates.extend(gating.results(workload_steps))
        if waited.verdict.phase == "complete":
            return None
        return Trouble(waited.verdict.message, waited.verdict.findings)

    def _failed(self, roll: Roll, change: Change, under_way: UnderWay, trouble: Trouble) -> Outcome:
        place = f"at step {under_way.state.step} of {len(self.steps)}"
        took = f"failed after {wording.seconds(roll.journal.seconds)} {place}: {trouble.message}"
        roll.journal.say(f"failed: {trouble.message}")
        way, name = roll.settings.on_failure, objects.name(under_way.twin)
        done, back, undone, drains = "", False, False, False
        findings = trouble.findings
        try:
            if way == "keep":
                done = (
                    f"It was left as it is (on_failure: keep): {under_way.state.weight} of 100 requests go to {name}."
                )
            else:
                drains = shifting.give_back(roll.ports, roll.journal, self.fork)
            findings = evidence.with_logs(roll.ports.cluster, roll.reference.namespace, trouble.findings)
            if way == "pause":
                state = replace(under_way.state, weight=0)
                twins.noted(roll.ports.cluster, under_way.twin, state)
                back = True
                done = f"Deployment {name} stays to be looked at (on_failure: pause)."
            elif way != "keep":
                undoing.ended(roll, under_way, change.after, drains=drains)
                back = undone = True
                done = f"the {under_way.state.strategy} was removed."
        except errors.LeaseLost:
            raise
        except errors.RolloutError as reason:
            done = f"It could not be undone: {reason}"
        after = self._remembered(roll)
        facts = reading.facts(roll.kind, after, roll.settings.container)
        same = objects.template(after) == self.goal.present
        if back:
            done = self._given_back(same, facts, done)
        more = "" if undone else "Run the same again to go on, or workload_rollback to undo it."
        return self._outcome(
            roll,
            change,
            "failed",
            wording.failure(change.asked, took, findings, done, more),
            after,
            failed=True,
            findings=findings,
            rolled_back={**facts, "seconds": round(roll.journal.seconds, 3), "gates": []} if undone and same else {},
        )

    def _given_back(self, same: bool, facts: Json, done: str) -> str:
        """Who has the requests again. ``same``: whether the Deployment still has the template that it had."""
        stable = self.fork.stable
        if same:
            return f"All requests go to {stable} ({self.goal.old}), whose pods were not touched; {done}"
        return (
            f"All requests go to {stable}; {done} Somebody else changed the pod template of the Deployment meanwhile: it has"
            f" {facts['version']} and keeps it."
        )

    def _remembered(self, roll: Roll) -> Json:
        """The workload as it is then; a revision of its history that has this very template is known as bad from now on."""
        present = reading.workload(roll.ports.cluster, roll.kind, roll.reference)
        snapshot = reading.snapshot(roll.ports.cluster, roll.kind, roll.reference, present)
        entries = revisions.history(roll.kind, snapshot, roll.settings.container)
        bad = {
            entry.identity: revisions.BAD
            for entry in entries
            if entry.template == self.goal.wanted and entry.outcome != revisions.GOOD and not entry.current
        }
        if not bad:
            return present
        notes = revisions.outcome_annotation(present, entries, bad)
        return writing.change(
            roll.ports.cluster, roll.kind, roll.reference, present, lambda now: writing.annotation_patch(now, notes)
        )[1]

    def _waits(self, roll: Roll, change: Change, under_way: UnderWay) -> Outcome:
        state = replace(under_way.state, waiting=True)
        twins.noted(roll.ports.cluster, under_way.twin, state)
        roll.journal.say(f"{state.strategy} {state.version} waits for approval at step {state.step} of {state.of}")
        return self._outcome(roll, change, WAITING, f"{roll.reference} {awaits(state)}.", change.before or {})

    def _promoted(self, roll: Roll, change: Change, under_way: UnderWay) -> Outcome:
        state = under_way.state
        roll.journal.say(
            f"promoting {state.version} into {roll.reference}; {state.weight} of 100 requests stay with the {state.strategy} meanwhile"
        )
        roll.journal.stage = f"{change.asked} is being promoted into the Deployment; run the same again to finish it."
        try:
            before, after = writing.change(
                roll.ports.cluster,
                roll.kind,
                roll.reference,
                self.present,
                lambda now: windows.noted(self._still(now), roll.glass),
            )
        except (errors.LeaseLost, errors.Unreachable):
            raise
        except errors.RolloutError as reason:
            return self._failed(roll, change, under_way, Trouble(f"not promoted: {str(reason).rstrip('.')}"))
        guarded = replace(roll, beside=(undoing.WeightsFirst(roll, self.fork),))
        outcome = see_through(guarded, Change(change.asked, change.done, after, before, change.diff))
        outcome = replace(outcome, gates=(*self.gates, *outcome.gates), changed=True)
        if outcome.failed:
            told = undoing.sent_back(roll, change, under_way, self.goal.present)
            return replace(outcome, message=f"{outcome.message}\n{told}", timeline=tuple(roll.journal.entries))
        try:
            shifting.require_endpoints(roll.ports, self.fork.namespace, self.fork.stable, roll.kind.wanted(after))
            undoing.ended(roll, under_way, after)
        except errors.LeaseLost:
            raise
        except errors.RolloutError as reason:
            text = (
                f"{outcome.message} But the {state.strategy} is still there: {reason} Run the same again to finish it."
            )
            return replace(outcome, failed=True, status="failed", message=text)
        return replace(outcome, timeline=tuple(roll.journal.entries), seconds=round(roll.journal.seconds, 3))

    def _still(self, now: Json) -> Json:
        """The patch that promotes. Raises Refused when somebody else has changed the template meanwhile."""
        if objects.template(now) not in (self.goal.present, self.goal.wanted):
            raise errors.Refused(
                f"somebody else changed the pod template of {self.goal.old} while {self.goal.new} was tried out; run the same again to"
                " try it out with what is there now"
            )
        return self.goal.make(now)

    def _outcome(
        self,
        roll: Roll,
        change: Change,
        status: str,
        message: str,
        after: Json,
        *,
        failed: bool = False,
        findings: tuple[Finding, ...] = (),
        rolled_back: Json | None = None,
    ) -> Outcome:
        container = roll.settings.container
        return Outcome(
            reference=roll.reference,
            changed=True,
            failed=failed,
            message=message,
            status=status,
            before=reading.facts(roll.kind, change.before or after, container),
            after=reading.facts(roll.kind, after, container),
            findings=findings,
            gates=tuple(self.gates),
            rolled_back=rolled_back or {},
            diff=change.diff,
            timeline=tuple(roll.journal.entries),
            seconds=round(roll.journal.seconds, 3),
        )


def _annotated(manifest: Json, state: State) -> Json:
    return {**manifest, "metadata": {**manifest["metadata"], "annotations": states.annotation(state)}}


def _held(number: int, step: Step) -> tuple[Gate, ...]:
    """The time that a step lasts: its pods stay ready and start nothing again."""
    options = {"for": step.seconds, "within": None, "on_rollback": False}
    return (
        (Gate(stable_for, f"strategy.steps[{number - 1}].for", f"hold ({step.name or f'step {number}'})", options),)
        if step.seconds
        else ()
    )


def awaits(state: State) -> str:
    """That it waits for approval, and how to give it."""
    return (
        f"waits for approval: {state.strategy} of {state.version} at step {state.step} of {state.of}, weight {state.weight} of 100."
        " Run the same with promote: true to go on, or workload_rollback to undo it"
    )


def still_waiting(roll: Roll, change: Change) -> Outcome:
    """The outcome of a run that found it waiting and has no approval: nothing has changed."""
    facts = reading.facts(roll.kind, change.after, roll.settings.container)
    return Outcome(
        roll.reference,
        False,
        False,
        f"{roll.reference} {change.done}.",
        WAITING,
        facts,
        facts,
        timeline=tuple(roll.journal.entries),
        seconds=round(roll.journal.seconds, 3),
    )
