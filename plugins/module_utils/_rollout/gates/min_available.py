# SPDX-License-Identifier: GPL-3.0-or-later
"""``min_available``: from the moment at which that many pods are available, there are never fewer."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects, wording
from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates import gate
from ansible_collections.steady.rollout.plugins.module_utils._rollout.options import REQUIRED, Option

Json = dict[str, t.Any]

NAME = "min_available"
SHORT = "count"
OPTIONS = (Option("count", "amount", REQUIRED), Option("during", "flag", True))
check = gate.unchecked
scopes = gate.no_scopes


def impossible(options: Json, outlook: gate.Outlook) -> str:
    """More than there will be, or more than the workload's own strategy leaves while it rolls."""
    wanted = _wanted(outlook.workload)
    if wanted is None:
        return ""
    least = needed(options["count"], wanted)
    if least > wanted:
        return f"{options['count']} pods can never be available, the workload has {wanted}. Ask for fewer, or scale it up first."
    missing = outlook.kind.surge(outlook.workload)[1] if outlook.rolls and options["during"] else 0
    if missing and wanted - missing < least:
        return (
            f"it allows no fewer than {least} available pods, and the workload's own strategy takes {missing} of its {wanted} away"
            " while it rolls. Let it surge (maxUnavailable: 0), ask for fewer, or set during: false."
        )
    return ""


def _wanted(workload: Json) -> int | None:
    """How many pods there will be; nobody knows before a DaemonSet exists."""
    if workload.get("kind") == "DaemonSet":
        return objects.status(workload).get("desiredNumberScheduled")
    return int(objects.spec(workload).get("replicas", 1))


def judge(options: Json, view: gate.View) -> gate.Reading:
    """Looked at for as long as anything is waited for; ``memory`` is whether the number has been reached."""
    least, there = needed(options["count"], view.status.wanted), view.status.available
    measurement = {"available": there, "min_available": least, "wanted": view.status.wanted}
    message = f"{there} of {view.status.wanted} pods available"
    if view.completed is None and not options["during"]:
        return gate.Reading("waiting", "begins when the rollout is complete")
    if there >= least:
        return gate.Reading("holds", message, measurement, memory=True)
    if view.memory or view.completed is not None:
        when = (
            "while it rolled"
            if view.completed is None
            else f"{wording.seconds(view.at - view.completed)} after it was complete"
        )
        return gate.Reading(
            "failed",
            f"only {message}, {when}; there must never be fewer than {least}",
            measurement,
            memory=True,
            hint="Find what took the pods away: a probe that failed, a node, or the strategy's maxUnavailable.",
        )
    return gate.Reading("waiting", f"{message}, {least} not reached yet", measurement)


def needed(count: str, wanted: int) -> int:
    """An absolute number, or a percentage of the wanted pods rounded up."""
    return -(-int(count[:-1]) * wanted // 100) if count.endswith("%") else int(count)
