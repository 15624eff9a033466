# SPDX-License-Identifier: GPL-3.0-or-later
"""A rollout by weights, planned: the new version on a twin beside the Deployment, whose share of the requests goes up in steps.

It is the whole of canary and of blue-green; their files read what people write and give what is special to them.
"""

from __future__ import annotations

import hashlib
import typing as t
from dataclasses import dataclass, replace

from ansible_collections.steady.rollout.plugins.module_utils._operation import checks, gating
from ansible_collections.steady.rollout.plugins.module_utils._operation.operate import Plan
from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic import (
    finding,
    reached,
    stepping,
    suiting,
    twins,
    undoing,
)
from ansible_collections.steady.rollout.plugins.module_utils._rollout import gates, objects, resources
from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates import compare
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic import routes, steps, twin
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic.routes import Fork, Pin
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic.state import State
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic.steps import Step

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.roll import Roll
    from ansible_collections.steady.rollout.plugins.module_utils._operation.strategies.strategy import Goal
    from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic.finding import UnderWay, Way
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates.gate import Gate

Json = dict[str, t.Any]
Aim = t.Callable[[Step, Json, Fork], Json]
"""The options of a gate of that step, changed so that what it measures is the side that is meant."""


def as_written(_step: Step, asked: Json, _fork: Fork) -> Json:
    """The options as people wrote them. An Aim."""
    return asked


@dataclass(frozen=True)
class ByWeights:
    """Satisfies ``Strategy``.

    ``manner`` is what is going to be done, in the words of a progress line. ``shrunk`` answers why an autoscaler would leave too few
    pods for the way back, with the way out, or nothing. ``match`` is what testers send to see the new version; ``tracked``: its gates
    may always ask for it, by a header of this rollout alone.
    """

    NAME: str
    steps: tuple[Step, ...]
    manner: str
    shrunk: t.Callable[[Roll, Json], str]
    route: str = ""
    service: str = ""
    match: Pin | None = None
    probe: Json | None = None
    tracked: bool = False
    aimed: Aim = as_written

    @property
    def gates(self) -> tuple[Gate, ...]:
        """All gates in it, for the rights that they need."""
        return tuple(gate for step in self.steps for gate in step.gates)

    def plan(self, goal: Goal, roll: Roll, present: Json) -> Plan:
        """Begin it, go on with it where it was left, undo it when the version that all users have is wanted again."""
        reference, there = roll.reference, goal.wanted == goal.present
        versions = f"to {goal.new}" if there else f"from {goal.old} to {goal.new}"
        asked = f"Upgrade of {reference} {versions}"
        begun = finding.under_way(roll.ports.cluster, reference, present)
        if begun is None and there:
            return Plan(asked, f"runs {goal.new} already")
        ours = begun if begun and begun.state.template == twin.template_hash(goal.wanted) else None
        if begun and not ours and there:
            return undoing.plan(begun, roll, asked, goal.new)
        if ours and ours.state.strategy != self.NAME:
            kept = ours.state
            checks.refuse(
                reference, f"its {kept.strategy} of {kept.version} is under way. Set strategy: {kept.strategy}."
            )
        if ours and ours.state.waiting and not goal.promote:
            return Plan(asked, reached.awaits(ours.state), see=reached.still_waiting)
        run = self._run(goal, roll, present, begun, ours)
        place = f"; goes on {ours.state.words}" if ours else ""
        return Plan(
            asked,
            f"upgraded {versions} by {self.NAME}",
            f"{goal.old} -> {goal.new} by {self.NAME}: {self.manner}{place}",
            run.write,
            see=run.see,
        )

    def _run(
        self, goal: Goal, roll: Roll, present: Json, begun: UnderWay | None, ours: UnderWay | None
    ) -> stepping.Run:
        """The run, which goes on with ``ours``. Raises Refused or InvalidInput for what can never go well."""
        kept = ours.state if ours else None
        count = roll.kind.wanted(present)
        checks.refuse(
            roll.reference,
            suiting.unsuited(roll, present, self.NAME)
            or self.shrunk(roll, present)
            or ("" if begun else suiting.crowded(roll, present, goal.wanted, max(s.pods(count) for s in self.steps))),
        )
        route, service = (kept.route, kept.service) if kept else (self.route, self.service)
        way = finding.way_to(roll, present, self.NAME, route=route, service=service)
        track = kept.track if kept else _track(roll)
        fork = self._parting(roll, present, way, begun, track)
        first = self.steps[0].pods(count)
        manifest = twin.deployment_of(present, way.service, goal.wanted, self.NAME, replicas=first, notes={})
        return stepping.Run(
            goal,
            present,
            way.service,
            fork,
            self._state(goal, fork, track),
            manifest,
            self._prepared(goal, roll, fork, manifest),
            ours=ours,
            other=None if ours else begun,
        )

    def _state(self, goal: Goal, fork: Fork, track: str) -> State:
        """The state at the beginning."""
        return State(
            self.NAME,
            goal.new,
            twin.template_hash(goal.wanted),
            fork.route,
            fork.stable,
            fork.weights,
            fork.parents,
            track,
            of=len(self.steps),
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

    def forked(self, fork: Fork, track: str) -> Fork:
        """The fork with the pins that testers and gates need."""
        compared = any(gate.form.NAME == compare.NAME for gate in self.gates)
        to_new = (Pin(routes.TRACK, f"new-{track}"),) if compared or self.tracked else ()
        to_old = (Pin(routes.TRACK, f"old-{track}"),) if compared else ()
        return replace(fork, to_twin=(*to_new, *((self.match,) if self.match else ())), to_stable=to_old)

    def _prepared(self, goal: Goal, roll: Roll, fork: Fork, manifest: Json) -> tuple[Step, ...]:
        """The steps, their gates made ready for the twin's pods. Raises InvalidInput or Refused for one that can never hold."""
        both = sides(fork, roll.reference.name, objects.name(manifest))
        several = len(self.steps) > 1

        def ready(number: int, step: Step) -> Step:
            named = tuple(
                replace(
                    gate,
                    label=f"{gate.label} (step {number})" if several else gate.label,
                    options=self.aimed(
                        step, {**gate.options, "sides": both} if gate.form.NAME in gates.SIDED else gate.options, fork
                    ),
                )
                for gate in (*steps.seen(self.probe, step, goal.new), *step.gates)
            )
            own = replace(roll, reference=twins.reference_of(manifest), settings=replace(roll.settings, gates=named))
            return replace(step, gates=gating.prepared(own, manifest, rolls=True).settings.gates)

        return tuple(ready(number, step) for number, step in enumerate(self.steps, 1))


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


def _track(roll: Roll) -> str:
    seed = f"{roll.reference} {roll.settings.holder} {roll.ports.clock.now()} {roll.ports.clock.monotonic()}"
    return hashlib.sha256(seed.encode()).hexdigest()[:10]
