# SPDX-License-Identifier: GPL-3.0-or-later
"""``prometheus``: the values of an instant query stay within limits. Failed, no data and error are three different things."""

from __future__ import annotations

import math
import typing as t
from dataclasses import dataclass, replace

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates import gate
from ansible_collections.steady.rollout.plugins.module_utils._rollout.options import REQUIRED, Option

Json = dict[str, t.Any]

_COUNTED_AS = ("fail", "ignore", "pass")

NAME = "prometheus"
SHORT = ""
OPTIONS = (
    Option("url", "text", REQUIRED),
    Option("query", "text", REQUIRED),
    Option("max", "number"),
    Option("min", "number"),
    Option("series", "text", "all", choices=("all", "any")),
    Option("count", "positive count", 1),
    Option("interval", "duration", "10s"),
    Option("delay", "delay", "0s"),
    Option("max_failures", "count", 0),
    Option("on_error", "text", "ignore", choices=_COUNTED_AS),
    Option("on_no_data", "text", "fail", choices=_COUNTED_AS),
    Option("max_ignored", "count", 4),
    Option("token", "text", secret=True),
    Option("headers", "table", {}),
    Option("secret_headers", "table", {}, secret=True),
    Option("validate_certs", "flag", True),
    Option("timeout", "duration", "10s"),
    Option("during", "flag", False),
)
scopes = gate.no_scopes
impossible = gate.possible

PATIENCE = 0.25
"""Seconds between two looks at a query that is under way."""
KEPT = 20
"""How many measurements a result tells."""


@dataclass(frozen=True)
class Memory:
    """When the next measurement is due, whether one is under way, and what became of those before."""

    due: float
    asking: bool = False
    counted: int = 0
    failed: int = 0
    ignored: int = 0
    said: str = ""
    told: tuple[Json, ...] = ()


def check(options: Json, where: str) -> None:
    """There is a limit, and a value that is within both."""
    if options["max"] is None and options["min"] is None:
        raise errors.InvalidInput(f"{where}: nothing says which values are good, write max, min or both.")
    if options["max"] is not None and options["min"] is not None and options["min"] > options["max"]:
        raise errors.InvalidInput(
            f"{where}: min {options['min']:g} is more than max {options['max']:g}, so it could never hold."
        )


def judge(options: Json, view: gate.View) -> gate.Reading:
    """It fails with the measurement that is one failure too many; with ``during`` ``count`` begins at completion."""
    return judge_by(measured, options, view)


Measured = t.Callable[[Json, Json], tuple[str, str, "str | None"]]


def judge_by(measured: Measured, options: Json, view: gate.View) -> gate.Reading:
    """The same, with another way to say what a measurement shows."""
    if view.completed is None and not options["during"]:
        return gate.Reading("waiting", "begins when the rollout is complete")
    memory: Memory = view.memory or Memory(view.at + options["delay"])
    if memory.asking and view.measured is None:
        return gate.Reading("waiting", memory.said, {}, memory, view.at + PATIENCE)
    if memory.asking:
        memory = _taken(measured(options, view.measured), options, view, memory)
    measurement = {"failed": memory.failed, "measured": memory.counted, "measurements": list(memory.told)}
    if memory.failed > options["max_failures"] or memory.ignored > options["max_ignored"]:
        row = f" ({memory.ignored} measurements in a row without a result)" if memory.ignored else ""
        hint = f"Ask it yourself at {options['url']}: {options['query']}"
        return gate.Reading("failed", f"{memory.said}{row}", measurement, memory, want="drop", hint=hint)
    if memory.counted >= options["count"] and view.completed is not None:
        return gate.Reading("passed", memory.said, measurement, memory, want="drop")
    if view.at >= memory.due:
        begun = replace(memory, asking=True, due=view.at + options["interval"])
        return gate.Reading("waiting", memory.said, measurement, begun, view.at + PATIENCE, want="begin")
    return gate.Reading("waiting", memory.said, measurement, memory, memory.due)


def _taken(result: tuple[str, str, str | None], options: Json, view: gate.View, memory: Memory) -> Memory:
    """The measurement that is there, counted."""
    outcome, said, value = result
    counts_as = {"error": options["on_error"], "no data": options["on_no_data"]}.get(outcome, outcome)
    ignored, failed = counts_as == "ignore", counts_as in ("fail", "failed")
    entry = {"seconds": round(view.at - view.began, 3), "outcome": outcome, "value": value, "message": said}
    late_enough = not ignored and view.completed is not None
    counted = memory.counted + late_enough
    nth = f", {counted} of {options['count']}" if late_enough and options["count"] > 1 else ""
    return replace(
        memory,
        asking=False,
        counted=counted,
        failed=memory.failed + failed,
        ignored=memory.ignored + 1 if ignored else 0,
        said=f"{said}{nth}",
        told=(*memory.told, entry)[-KEPT:],
    )


def measured(options: Json, answer: Json) -> tuple[str, str, str | None]:
    """What an answer says: ``passed``, ``failed``, ``no data`` or ``error``, in words, and the value that tells most.

    NaN is what a rate divided by no traffic gives: no data. An infinity is a value like others.
    """
    if answer.get("error"):
        return "error", f"error: {answer['error']}", None
    series = [(labels, float(value)) for labels, value in answer["series"]]
    valued = [(labels, value) for labels, value in series if not math.isnan(value)]
    if not valued:
        return "no data", f"no data: the query gives {'only NaN' if series else 'no series'}", None
    good = [item for item in valued if _within(options, item[1])]
    holds = bool(good) if options["series"] == "any" else len(good) == len(valued)
    telling = next((item for item in valued if (item in good) == holds), valued[0])
    whose = f" {telling[0]}" if telling[0] else ""
    among = f" ({len(valued) - len(good)} of {len(valued)} series are outside)" if len(valued) > 1 else ""
    return ("passed" if holds else "failed"), f"{telling[1]:g}{whose}, {limits(options)}{among}", f"{telling[1]:g}"


def _within(options: Json, value: float) -> bool:
    least, most = options["min"], options["max"]
    return (least is None or value >= least) and (most is None or value <= most)


def limits(options: Json) -> str:
    """The limits in words."""
    parts = [f"at least {options['min']:g}"] if options["min"] is not None else []
    return " and ".join(parts + ([f"at most {options['max']:g}"] if options["max"] is not None else []))
