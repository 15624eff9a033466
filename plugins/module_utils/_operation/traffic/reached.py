# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a rollout by weights has come in this run, and what is answered where it stops for approval."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ansible_collections.steady.rollout.plugins.module_utils._operation import reading
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome
from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic import twins

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.roll import Change, Roll
    from ansible_collections.steady.rollout.plugins.module_utils._operation.strategies.strategy import Goal
    from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic.finding import UnderWay
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic.state import State

Json = dict[str, t.Any]

WAITING = "waiting"
"""The status of a rollout that waits for approval."""


@dataclass(frozen=True)
class Reached:
    """A moment of it: what is wanted and written, the twin with its state, and how the steps' gates have turned out."""

    roll: Roll
    change: Change
    goal: Goal
    under_way: UnderWay
    gates: tuple[Json, ...] = ()

    def noted(self, *, replicas: int | None = None, **changes: t.Any) -> Reached:
        """The moment after these changes of the state, kept with the twin, which has so many pods where a number is given."""
        state = replace(self.under_way.state, **changes)
        item = twins.noted(self.roll.ports.cluster, self.under_way.twin, state, replicas=replicas)
        return replace(self, under_way=replace(self.under_way, twin=item, state=state))

    def outcome(self, status: str, message: str, after: Json, **more: t.Any) -> Outcome:
        """What is answered when it ends here, with the workload as it is then."""
        return outcome(self.roll, self.change, status, message, after, gates=self.gates, **more)


def outcome(roll: Roll, change: Change, status: str, message: str, after: Json, **more: t.Any) -> Outcome:
    """The outcome of a run that ends with that status; ``more`` are other fields of it."""
    container = roll.settings.container
    return Outcome(
        reference=roll.reference,
        changed=change.changed,
        message=message,
        status=status,
        before=reading.facts(roll.kind, change.before or after, container),
        after=reading.facts(roll.kind, after, container),
        diff=change.diff,
        timeline=tuple(roll.journal.entries),
        seconds=round(roll.journal.seconds, 3),
        **{"failed": False, **more},
    )


def waits(reached: Reached) -> Outcome:
    """Keep that the step is done and waits for approval."""
    reached = reached.noted(waiting=True)
    roll, state = reached.roll, reached.under_way.state
    roll.journal.say(f"{state.strategy} {state.version} waits for approval at step {state.step} of {state.of}")
    return reached.outcome(WAITING, f"{roll.reference} {awaits(state)}.", reached.change.before or {})


def awaits(state: State) -> str:
    """That it waits for approval, and how to give it."""
    return (
        f"waits for approval: {state.strategy} of {state.version} at step {state.step} of {state.of}, weight {state.weight} of 100."
        " Run the same with promote: true to go on, or workload_rollback to undo it"
    )


def still_waiting(roll: Roll, change: Change) -> Outcome:
    """The outcome of a run that found it waiting and has no approval: nothing has changed."""
    return outcome(roll, change, WAITING, f"{roll.reference} {change.done}.", change.after)
