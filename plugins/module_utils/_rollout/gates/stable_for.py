# SPDX-License-Identifier: GPL-3.0-or-later
"""``stable_for``: once complete, the new pods stay ready and none of their containers is started again for that long."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, objects, wording
from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates import gate
from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates.restarts_below import restarts
from ansible_collections.steady.rollout.plugins.module_utils._rollout.options import REQUIRED, Option

Json = dict[str, t.Any]

NAME = "stable_for"
SHORT = "for"
OPTIONS = (Option("for", "duration", REQUIRED), Option("within", "duration"))
scopes = gate.no_scopes
impossible = gate.possible


@dataclass(frozen=True)
class Memory:
    """Since when nothing has happened, what happened last, and the restarts of each pod that has been ready (by UID)."""

    since: float
    last: str = ""
    ready: t.Mapping[str, int] = field(default_factory=dict)


def check(options: Json, where: str) -> None:
    """The time allowed cannot be shorter than the time asked for."""
    if options["within"] is not None and options["within"] < options["for"]:
        raise errors.InvalidInput(
            f"{where}.within: it is shorter than the time to be stable for, so it could never hold."
        )


def judge(options: Json, view: gate.View) -> gate.Reading:
    """An interruption starts the time anew, which fails once it cannot be over in time any more."""
    if view.completed is None:
        return gate.Reading("waiting", "begins when the rollout is complete")
    memory = view.memory or Memory(view.completed)
    trouble = _interruption(view, memory.ready)
    ready = {objects.uid(pod): restarts(pod) for pod in view.new_pods if view.kind.is_ready(pod)}
    memory = Memory(view.at if trouble else memory.since, trouble or memory.last, {**memory.ready, **ready})
    end, latest = memory.since + options["for"], view.completed + (options["within"] or options["for"])
    measurement = {"stable_seconds": round(view.at - memory.since, 3), "wanted_seconds": options["for"]}
    if end > latest:
        message = f"{memory.last} {wording.seconds(memory.since - view.completed)} after the rollout was complete"
        return gate.Reading(
            "failed", message, measurement, memory, hint="Look at that pod's events and its last log lines."
        )
    if view.at >= end and not trouble:
        return gate.Reading("passed", f"stable for {wording.seconds(options['for'])}", measurement, memory)
    return gate.Reading("waiting", memory.last and f"{memory.last}: from the beginning", measurement, memory, end)


def _interruption(view: gate.View, before: t.Mapping[str, int]) -> str:
    """What happened to a pod that was ready before; a pod that somebody took away is nothing of its own."""
    for pod in view.new_pods:
        count = before.get(objects.uid(pod))
        if count is None:
            continue
        if restarts(pod) > count:
            return f"pod {objects.name(pod)} started a container again"
        if not view.kind.is_ready(pod):
            return f"pod {objects.name(pod)} was no longer ready"
    return ""
