# SPDX-License-Identifier: GPL-3.0-or-later
"""Canary: the new version beside the present one, given more requests step by step, watched, and then put into the Deployment itself."""

from __future__ import annotations

import hashlib
import typing as t
from dataclasses import dataclass, replace

from ansible_collections.steady.rollout.plugins.module_utils._operation import checks, gating
from ansible_collections.steady.rollout.plugins.module_utils._operation.operate import Plan
from ansible_collections.steady.rollout.plugins.module_utils._operation.strategies.strategy import Goal
from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic import (
    finding,
    stepping,
    twins,
    undoing,
)
from ansible_collections.steady.rollout.plugins.module_utils._rollout import (
    errors,
    gates,
    objects,
    options,
    preflight,
    resources,
)
from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates import compare
from ansible_collections.steady.rollout.plugins.module_utils._rollout.options import Option
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic import routes, steps, twin
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic.routes import Fork, Pin
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic.state import State
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic.steps import Step

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.roll import Roll
    from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic.finding import UnderWay, Way
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates.gate import Gate

Json = dict[str, t.Any]

NAME = "canary"
OPTIONS = (Option("route", "text"), Option("service", "text"))


def read(given: Json, where: str) -> Canary:
    """The canary that people write. Raises InvalidInput."""
    own = {key: value for key, value in given.items() if key not in ("steps", "match", "probe")}
    known = (*OPTIONS, Option("steps", "table"), Option("match", "table"), Option("probe", "table"))
    values = options.read(own, known, where)
    asked = given.get("steps")
    return Canary(
        steps.read(steps.DEFAULT if asked is None else asked, f"{where}.steps"),
        values["route"] or "",
        values["service"] or "",
        steps.pin_of(given.get("match"), f"{where}.match"),
        steps.probe_of(given.get("probe"), f"{where}.probe"),
    )


@dataclass(frozen=True)
class Canary:
    """Satisfies ``Strategy``."""

    steps: tuple[Step, ...]
    route: str = ""
    service: str = ""
    match: Pin | None = None
    probe: Json | None = None
    NAME: str = NAME

    @property
    def gates(self) -> tuple[Gate, ...]:
        """All gates in it, for the rights that they need."""
        return tuple(gate for step in self.steps for gate in step.gates)

    def plan(self, goal: Goal, roll: Roll, present: Json) -> Plan:
        """Begin it, go on with it where it was left, undo it when the version that all users have is wanted again."""
        reference = roll.reference
        begun = finding.under_way(roll.ports.cluster, reference, present)
        asked = f"Upgrade of {reference} from {goal.old} to {goal.new}"
        if begun is None and goal.wanted == goal.present:
            return Plan(f"Upgrade of {reference} to {goal.new}", f"runs {goal.new} already")
        ours = begun if begun and begun.state.template == twin.template_hash(goal.wanted) else None
        if begun and not ours and goal.wanted == goal.present:
            return undoing.plan(begun, roll, asked, goal.new)
        if ours and ours.state.strategy != self.NAME:
            checks.refuse(
                reference,
                f"its {ours.state.strategy} of {ours.state.version} is under way. Set strategy: {ours.state.strategy}.",
            )
        if ours and ours.state.waiting and not goal.promote:
            return Plan(asked, stepping.awaits(ours.state), see=stepping.still_waiting)
        run = self._run(goal, roll, present, begun, ours)
        promoting = goal.wanted == goal.present
        place = "" if ours is None else f"; goes on {ours.state.words}"
        return Plan(
            asked if not promoting else f"Upgrade of {reference} to {goal.new}",
            f"upgraded from {goal.old} to {goal.new} by {self.NAME}"
            if not promoting
            else f"upgraded to {goal.new} by {self.NAME}",
            f"{goal.old} -> {goal.new} by {self.NAME}: {self.manner}{place}",
            run.write,
            see=run.see,
        )

    def _run(
        self, goal: Goal, roll: Roll, present: Json, begun: UnderWay | None, ours: UnderWay | None
    ) -> stepping.Run:
        checks.refuse(roll.reference, self.unfit(roll, present, None if begun else goal.wanted))
        way = finding.way_to(
            roll,
            present,
            self.NAME,
            route=ours.state.route if ours else self.route,
            service=ours.state.service if ours else self.service,
        )
        track = ours.state.track if ours else _track(roll)
        fork = self._parting(roll, present, way, begun, track)
        state = State(
            self.NAME,
            goal.new,
            twin.template_hash(goal.wanted),
            fork.route,
            fork.stable,
            fork.weights,
            fork.parents,
            track,
            of=len(self.steps),
            since=roll.ports.clock.now(),
        )
        manifest = twin.deployment_of(
            present,
            way.service,
            goal.wanted,
            self.NAME,
            replicas=self.steps[0].pods(roll.kind.wanted(present)),
            notes={},
        )
        return stepping.Run(
            goal,
            present,
            way.service,
            fork,
            state,
            manifest,
            self._prepared(goal, roll, fork, manifest),
            begun=begun,
            ours=ours,
        )

    def _parting(self, roll: Roll, present: Json, way: Way, begun: UnderWay | None, track: str) -> Fork:
        """Where requests part, as they did before where one has begun. Raises Refused without a free name, or room in the route."""
        reference, fork = roll.reference, self.forked(way.fork, track)
        if begun and (begun.state.route, begun.state.service) == (fork.route, fork.stable):
            fork = replace(fork, weights=begun.state.weights, parents=begun.state.parents)
        if not begun:
            names = ((resources.DEPLOYMENT, twin.named(reference.name, self.NAME)), (resources.SERVICE, fork.twin))
            for resource, name in names:
                checks.refuse(
                    reference, twins.foreign(roll.ports.cluster, resource, reference.namespace, name, present)
                )
        no_room = routes.no_room(routes.shared(way.rules, fork, 0))
        checks.refuse(reference, no_room and f"HTTPRoute {fork.route} has no room: {no_room}.")
        return fork

    def unfit(self, roll: Roll, present: Json, wanted: Json | None) -> str:
        """Why the workload cannot be upgraded in this way, with the way out; ``wanted`` is the template, None once it has begun."""
        most = max(step.pods(roll.kind.wanted(present)) for step in self.steps)
        unsuited = self.unsuited(roll, present) or self._shrunk(roll)
        return unsuited or (crowded(roll, present, wanted, most) if wanted else "")

    def unsuited(self, roll: Roll, present: Json) -> str:
        """Why no rollout by weights suits it; empty when one does."""
        if roll.kind.RESOURCE != resources.DEPLOYMENT:
            return (
                f"a {self.NAME} takes a Deployment, whose pods are all alike. Upgrade this kind with strategy: rolling."
            )
        if (objects.spec(present).get("strategy") or {}).get("type") == "Recreate":
            return "its own strategy is Recreate, so it would serve nobody while the new version is put into it. Use RollingUpdate."
        return ""

    def _shrunk(self, roll: Roll) -> str:
        if max(step.weight for step in self.steps) > 50:
            owned = checks.autoscaled(roll.ports.cluster, roll.reference, "")
            return owned and (
                f"{owned.rstrip()} With more than half of the requests on the canary it would shrink the pods that they go back to."
                " Keep weights at 50 or below."
            )
        return ""

    @property
    def manner(self) -> str:
        """What is going to be done, in the words of a progress line."""
        return f"weights {', '.join(str(step.weight) for step in self.steps)}"

    def forked(self, fork: Fork, track: str) -> Fork:
        """The fork with the pins that testers and gates need."""
        compared = any(gate.form.NAME == compare.NAME for gate in self.gates)
        to_twin = ((Pin(routes.TRACK, f"new-{track}"),) if compared else ()) + ((self.match,) if self.match else ())
        return replace(fork, to_twin=to_twin, to_stable=(Pin(routes.TRACK, f"old-{track}"),) if compared else ())

    def aimed(self, _step: Step, asked: Json, _fork: Fork) -> Json:
        """The options of a gate of that step, so that what it measures is the side that is meant."""
        return asked

    def _prepared(self, goal: Goal, roll: Roll, fork: Fork, manifest: Json) -> tuple[Step, ...]:
        """The steps, their gates made ready for the canary's pods. Raises InvalidInput or Refused for one that can never hold."""
        sides = stepping.sides(fork, roll.reference.name, objects.name(manifest))
        several = len(self.steps) > 1

        def ready(number: int, step: Step) -> Step:
            named = tuple(
                replace(
                    gate,
                    label=f"{gate.label} (step {number})" if several else gate.label,
                    options=self.aimed(
                        step, {**gate.options, "sides": sides} if gate.form.NAME in gates.SIDED else gate.options, fork
                    ),
                )
                for gate in (*steps.seen(self.probe, step, goal.new), *step.gates)
            )
            own = replace(roll, reference=twins.reference_of(manifest), settings=replace(roll.settings, gates=named))
            return replace(step, gates=gating.prepared(own, manifest, rolls=True).settings.gates)

        return tuple(ready(number, step) for number, step in enumerate(self.steps, 1))


def crowded(roll: Roll, present: Json, wanted: Json, more: int) -> str:
    """Which quota has no room for so many more pods, and the surge of the Deployment's own roll on top; empty when all have."""
    surging, missing = roll.kind.surge(present)
    try:
        quotas = roll.ports.cluster.list(resources.Scope(resources.RESOURCE_QUOTA, roll.reference.namespace))
    except errors.Forbidden as reason:
        roll.journal.say(f"quota head-room was not checked: {reason}")
        return ""
    return preflight.no_room_for(more + (1 if surging and not missing else 0), wanted, quotas)


def _track(roll: Roll) -> str:
    seed = f"{roll.reference} {roll.settings.holder} {roll.ports.clock.now()} {roll.ports.clock.monotonic()}"
    return hashlib.sha256(seed.encode()).hexdigest()[:10]
