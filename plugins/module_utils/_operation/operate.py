# SPDX-License-Identifier: GPL-3.0-or-later
"""The frame of every operation that changes a workload: read, check, plan; hold its Lease, write, see through."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ansible_collections.steady.rollout.plugins.module_utils._operation import (
    checks,
    gating,
    holding,
    maintenance,
    permissions,
    reading,
    zero_downtime,
)
from ansible_collections.steady.rollout.plugins.module_utils._operation.journal import Journal
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._operation.roll import Change, Roll, see_through
from ansible_collections.steady.rollout.plugins.module_utils._operation.writing import change
from ansible_collections.steady.rollout.plugins.module_utils._rollout import difference, errors, kinds, windows

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference

Json = dict[str, t.Any]


@dataclass(frozen=True)
class Plan:
    """What an operation is going to do with a workload as it is.

    ``asked`` names it in a report (``Upgrade of Deployment shop/app from 1.0 to 2.0``), ``done`` says what is true once it is complete,
    ``announced`` is told just before ``write``, which answers with the workload before and after. Without ``write`` there is nothing
    to change, only something to wait for. ``intended`` is the workload as it will be, where its pods' number or strategy change.
    ``beside`` is what a diff shows beside the workload, before and after. ``see`` waits for what has been written and answers for it.
    """

    asked: str
    done: str
    announced: str = ""
    write: t.Callable[[Roll], tuple[Json | None, Json]] | None = None
    intended: Json | None = None
    beside: tuple[Json, Json] = ({}, {})
    see: t.Callable[[Roll, Change], Outcome] = see_through


Planner = t.Callable[[Roll, t.Any], Plan]
"""Decides what to do with the workload as it is. Raises Refused or InvalidInput; writes nothing."""


def start(ports: Ports, reference: Reference, settings: Settings, **of_roll: t.Any) -> Roll:
    """A roll of that workload, about to begin."""
    return Roll(ports, kinds.named(reference.kind), reference, settings, Journal(ports, reference), **of_roll)


def operate(operation: str, roll: Roll, plan: Planner, *, must_exist: bool = True) -> Outcome:
    """Do what the planner decides about the workload. In check mode the API server is only asked what it would say.

    ``operation`` is its name in ``permissions``.
    """
    roll, ports = _glancing(roll), roll.ports
    permissions.check(roll.ports, roll.kind, roll.reference, operation, roll.settings)
    present = _present(roll, must_exist)
    roll, planned = _planned(roll, plan, present)
    rolls = present is not None and planned.write is not None and not roll.proven
    roll = gating.prepared(roll, planned.intended or present or {}, rolls=rolls)
    roll = replace(roll, ports=ports)
    if roll.settings.only_check:
        return Outcome(roll.reference, planned.write is not None, False, planned.asked)
    if roll.settings.dry_run:
        return _warned(roll, checks.predicted(roll, _written(roll, planned, present)))
    try:
        with holding.holding(roll, planned.asked, present) as (held, lease):
            if lease.contended:
                present = _present(roll, must_exist)
                held, planned = _planned(held, plan, present)
            held.journal.say(planned.announced or planned.done)
            held.journal.stage = f"{planned.asked} was just being written; workload_info tells whether it has been."
            written = _written(held, planned, present)
            held.journal.stage = f"{planned.asked} has been written; the cluster goes on with it by itself."
            return _warned(held, planned.see(held, written))
    except errors.LeaseLost as lost:
        raise errors.LeaseLost(f"{planned.asked} was given up: {lost}") from None
    except (errors.Interrupted, errors.Unreachable) as stopped:
        raise type(stopped)(f"{stopped} {roll.journal.left_behind}") from None


def patched(make: t.Callable[[Json], Json], present: Json) -> t.Callable[[Roll], tuple[Json | None, Json]]:
    """The write of a plan that patches the workload with what ``make`` says of it as it is then."""

    def write(roll: Roll) -> tuple[Json | None, Json]:
        return change(
            roll.ports.cluster,
            roll.kind,
            roll.reference,
            present,
            lambda now: windows.noted(make(now), roll.glass),
            dry_run=roll.settings.dry_run,
        )

    return write


def _glancing(roll: Roll) -> Roll:
    """The roll for a look that others take as well. A strategy looks for itself: two may share a route."""
    if roll.ports.glance is None or roll.settings.strategy:
        return roll
    return replace(roll, ports=replace(roll.ports, cluster=roll.ports.glance))


def _planned(roll: Roll, plan: Planner, present: Json | None) -> tuple[Roll, Plan]:
    """What is going to be done. Raises Refused for a change that is not to be made in this way, or at this time."""
    planned = plan(roll, present)
    if planned.write is None:
        return roll, planned
    zero_downtime.check(roll, planned.intended or present or {})
    return maintenance.in_time(roll), planned


def _warned(roll: Roll, outcome: Outcome) -> Outcome:
    return replace(outcome, warnings=tuple(roll.journal.warnings))


def _present(roll: Roll, must_exist: bool) -> Json | None:
    try:
        return reading.workload(roll.ports.cluster, roll.kind, roll.reference)
    except errors.NotFound:
        if must_exist:
            raise
        return None


def _written(roll: Roll, plan: Plan, present: Json | None) -> Change:
    if plan.write is None:
        there = present or {}
        return Change(plan.asked, plan.done, there, there, changed=False)
    before, after = plan.write(roll)
    return Change(plan.asked, plan.done, after, before, difference.of(before, after, plan.beside))
