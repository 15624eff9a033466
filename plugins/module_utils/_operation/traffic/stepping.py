# SPDX-License-Identifier: GPL-3.0-or-later
"""A rollout by weights on its way: the twin made, and step by step grown, given its share of the requests, and held.

How far it is stands in the twin's annotation before each step begins, so the same command goes on there.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ansible_collections.steady.rollout.plugins.module_utils._operation import gating, reading, waiting, writing
from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic import (
    failing,
    guarding,
    promoting,
    reached,
    shifting,
    telling,
    twins,
    undoing,
)
from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic.failing import Trouble
from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic.finding import UnderWay
from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic.reached import Reached
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, objects, resources, wording
from ansible_collections.steady.rollout.plugins.module_utils._rollout import verdict as verdicts
from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates import stable_for
from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates.gate import Gate
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic import routes, twin
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic import state as states

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.journal import Journal
    from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome
    from ansible_collections.steady.rollout.plugins.module_utils._operation.roll import Change, Roll
    from ansible_collections.steady.rollout.plugins.module_utils._operation.strategies.strategy import Goal
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic.routes import Fork
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic.state import State
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic.steps import Step

Json = dict[str, t.Any]


@dataclass(frozen=True)
class Run:
    """All that one run of it knows. It goes on with ``ours``, or begins anew in place of the ``other`` that was under way."""

    goal: Goal
    present: Json
    service: Json
    fork: Fork
    state: State
    manifest: Json
    steps: tuple[Step, ...]
    ours: UnderWay | None = None
    other: UnderWay | None = None

    def write(self, roll: Roll) -> tuple[Json | None, Json]:
        """Let the API server say what it would of everything that is going to be written. Nothing is written yet."""
        cluster, fork = roll.ports.cluster, self.fork
        if not self.ours and not self.other:
            twins.made(cluster, resources.DEPLOYMENT, self.manifest, self.present, dry_run=True)
            twins.made(cluster, resources.SERVICE, self._twin_service(), self.present, dry_run=True)
            shifting.rewritten(
                cluster, fork.namespace, fork.route, lambda rules: routes.shared(rules, fork, 0), dry_run=True
            )
        return writing.change(cluster, roll.kind, roll.reference, self.present, self.goal.make, dry_run=True)

    def see(self, roll: Roll, change: Change) -> Outcome:
        """Go through the steps and promote, or wait for approval."""
        if self.other:
            kept = self.other.state
            roll.journal.say(f"{kept.strategy} of {kept.version} is given up for {self.goal.new}")
            undoing.ended(roll, self.other, self.present)
        at = Reached(roll, change, self.goal, self._made(roll))
        for number in self._left(at.under_way.state):
            at, trouble = _step(at, number, self.steps[number - 1])
            if trouble:
                return failing.failed(at, trouble)
            if self.steps[number - 1].pause:
                return reached.waits(at)
        return promoting.promoted(at, self.present)

    def _left(self, state: State) -> range:
        """The numbers of the steps that are still to be done; none once it is being promoted."""
        if self.goal.wanted == objects.template(self.present):
            return range(0)
        return range(state.step + 1 if state.waiting else max(1, state.step), len(self.steps) + 1)

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


def _step(at: Reached, number: int, step: Step) -> tuple[Reached, Trouble | None]:
    """Grow, shift, hold: in this order, so that requests find the pods there."""
    roll, fork = at.roll, at.under_way.fork
    stable = roll.kind.wanted(reading.workload(roll.ports.cluster, roll.kind, roll.reference))
    pods = max(step.pods(stable), roll.kind.wanted(at.under_way.twin))
    at = at.noted(replicas=pods, step=number, waiting=False, since=roll.ports.clock.now())
    _tell(at, step, pods)
    at, trouble = _held(at, ())
    if trouble:
        return at, trouble
    try:
        shifting.require_endpoints(roll.ports, fork.namespace, fork.twin, pods)
        shifting.share(roll.ports, roll.journal, fork, step.weight)
    except (errors.LeaseLost, errors.Unreachable):
        raise
    except errors.RolloutError as reason:
        return at, Trouble(str(reason).rstrip("."))
    at = at.noted(weight=step.weight)
    if step.seconds:
        roll.journal.say(f"holding weight {step.weight} of 100 for {wording.seconds(step.seconds)}")
    return _held(at, (*_for_its_time(number, step), *step.gates), (guarding.Unmoved(roll, fork, step.weight),))


def _tell(at: Reached, step: Step, pods: int) -> None:
    state, journal = at.under_way.state, at.roll.journal
    place = f"step {state.step} of {state.of}{f' ({step.name})' if step.name else ''}"
    title = f"{state.strategy} {state.version}: {place}, weight {step.weight} of 100"
    journal.stage = f"{title}; it stays so until the same is run again, or workload_rollback undoes it."
    journal.say(f"{title}, {pods} {'pod' if pods == 1 else 'pods'}")


def _held(
    at: Reached, gates: tuple[Gate, ...], beside: tuple[waiting.Step, ...] = ()
) -> tuple[Reached, Trouble | None]:
    """Wait until the twin's pods are ready and these gates have passed; how they turned out is kept."""
    roll, under_way = at.roll, at.under_way
    side = f"{under_way.state.strategy} {under_way.state.version}"
    served = (guarding.Served(under_way.fork),) if under_way.state.weight else ()
    own = replace(
        roll,
        reference=twins.reference_of(under_way.twin),
        settings=replace(roll.settings, gates=gates),
        journal=t.cast("Journal", telling.Told(roll.journal, side)),
        beside=(*served, *beside),
    )
    steps = own.steps(under_way.twin)
    waited = waiting.wait(own, under_way.twin, verdicts.aim_at(under_way.twin), steps)
    at = replace(at, gates=(*at.gates, *gating.results(steps)))
    if waited.verdict.phase == "complete":
        return at, None
    return at, Trouble(waited.verdict.message, waited.verdict.findings)


def _annotated(manifest: Json, state: State) -> Json:
    return {**manifest, "metadata": {**manifest["metadata"], "annotations": states.annotation(state)}}


def _for_its_time(number: int, step: Step) -> tuple[Gate, ...]:
    """The time that a step lasts: its pods stay ready and start nothing again."""
    options = {"for": step.seconds, "within": None, "on_rollback": False}
    return (
        (Gate(stable_for, f"strategy.steps[{number - 1}].for", f"hold ({step.name or f'step {number}'})", options),)
        if step.seconds
        else ()
    )
