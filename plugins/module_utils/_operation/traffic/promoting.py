# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of a rollout by weights that went well: the Deployment itself gets the version, and all requests, and the twin goes."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.steady.rollout.plugins.module_utils._operation import reading, writing
from ansible_collections.steady.rollout.plugins.module_utils._operation.roll import Change, see_through
from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic import (
    failing,
    guarding,
    shifting,
    undoing,
)
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, objects, windows

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome
    from ansible_collections.steady.rollout.plugins.module_utils._operation.strategies.strategy import Goal
    from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic.reached import Reached

Json = dict[str, t.Any]


def promoted(reached: Reached, present: Json) -> Outcome:
    """Put the version into the Deployment, seen last as ``present``, see that through, and end the rollout by weights."""
    roll, change, state = reached.roll, reached.change, reached.under_way.state
    roll.journal.say(
        f"promoting {state.version} into {roll.reference}; {state.weight} of 100 requests stay with the {state.strategy} meanwhile"
    )
    roll.journal.stage = f"{change.asked} is being promoted into the Deployment; run the same again to finish it."
    try:
        before, after = writing.change(
            roll.ports.cluster,
            roll.kind,
            roll.reference,
            present,
            lambda now: windows.noted(_patch(reached.goal, now), roll.glass),
        )
    except (errors.LeaseLost, errors.Unreachable):
        raise
    except errors.RolloutError as reason:
        return failing.failed(reached, failing.Trouble(f"not promoted: {str(reason).rstrip('.')}"))
    guarded = replace(roll, beside=(guarding.WeightsFirst(roll, reached.under_way.fork),))
    outcome = see_through(guarded, Change(change.asked, change.done, after, before, change.diff))
    outcome = replace(outcome, gates=(*reached.gates, *outcome.gates), changed=True)
    if outcome.failed:
        outcome = replace(outcome, message=f"{outcome.message}\n{_sent_back(reached)}")
        return replace(outcome, timeline=tuple(roll.journal.entries))
    return _ended(reached, outcome, after)


def _patch(goal: Goal, now: Json) -> Json:
    """The patch that promotes. Raises Refused when somebody else has changed the template meanwhile."""
    if objects.template(now) not in (goal.present, goal.wanted):
        raise errors.Refused(
            f"somebody else changed the pod template of {goal.old} while {goal.new} was tried out; run the same again to"
            " try it out with what is there now"
        )
    return goal.make(now)


def _sent_back(reached: Reached) -> str:
    """What is said about the twin after a promotion that failed; it is removed once the Deployment has its old template again."""
    roll, under_way = reached.roll, reached.under_way
    name = objects.name(under_way.twin)
    present = reading.workload(roll.ports.cluster, roll.kind, roll.reference)
    if objects.template(present) != reached.goal.present:
        return f"Deployment {name} stays, with what requests it has: run the same again to go on, or workload_rollback to undo all."
    try:
        undoing.ended(roll, under_way, reached.change.after, drains=True)
    except errors.LeaseLost:
        raise
    except errors.RolloutError as reason:
        return f"Deployment {name} could not be removed: {reason}"
    return f"All requests are back at {under_way.fork.stable}, and Deployment {name} was removed."


def _ended(reached: Reached, outcome: Outcome, after: Json) -> Outcome:
    """The outcome of a promotion that is complete, once the twin is gone too."""
    roll, under_way = reached.roll, reached.under_way
    fork = under_way.fork
    try:
        shifting.require_endpoints(roll.ports, fork.namespace, fork.stable, roll.kind.wanted(after))
        undoing.ended(roll, under_way, after)
    except errors.LeaseLost:
        raise
    except errors.RolloutError as reason:
        left = f"But the {under_way.state.strategy} is still there: {reason} Run the same again to finish it."
        return replace(outcome, failed=True, status="failed", message=f"{outcome.message} {left}")
    return replace(outcome, timeline=tuple(roll.journal.entries), seconds=round(roll.journal.seconds, 3))
