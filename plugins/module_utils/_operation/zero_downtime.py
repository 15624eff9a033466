# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether users would notice that a workload is rolled: people are warned, or it is refused before the first write."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._operation import checks
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, objects, resources, zero_downtime

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.roll import Roll

Json = dict[str, t.Any]


def check(roll: Roll, workload: Json) -> None:
    """Warn of what would lose requests, or raise Refused where none may be lost. Costs one request, two where none may be lost.

    Only what a Service selects serves anybody. When many workloads are looked at before the first is changed, nobody is warned twice.
    """
    care, settings = roll.settings.zero_downtime, roll.settings
    if care is None or (settings.only_check and not care.require):
        return
    services = _services(roll, care)
    in_front = zero_downtime.serving(workload, services)
    found = zero_downtime.points(roll.kind, workload, in_front, care.propagation) if in_front else ()
    if not found:
        return
    names = f"Service{'s' if len(in_front) > 1 else ''} {', '.join(sorted(map(objects.name, in_front)))}"
    if care.require:
        more = zero_downtime.notes(roll.kind, workload, _budgets(roll))
        words = " ".join((zero_downtime.in_words(found), *more))
        checks.refuse(roll.reference, f"requests to {names} would be lost, and zero_downtime is required. {words}")
    roll.journal.warn(
        f"{roll.reference}: requests to {names} may be lost while it rolls. {zero_downtime.in_words(found)}"
    )


def _services(roll: Roll, care: zero_downtime.Care) -> list[Json]:
    try:
        return roll.ports.cluster.list(resources.Scope(resources.SERVICE, roll.reference.namespace))
    except errors.Forbidden as reason:
        if care.require:
            checks.refuse(roll.reference, f"zero_downtime is required and cannot be checked: {reason}")
        roll.journal.say(f"zero downtime was not checked: {reason}")
        return []


def _budgets(roll: Roll) -> list[Json]:
    """Only for a note: who may not read them goes without."""
    try:
        return roll.ports.cluster.list(resources.Scope(resources.POD_DISRUPTION_BUDGET, roll.reference.namespace))
    except errors.Forbidden:
        return []
