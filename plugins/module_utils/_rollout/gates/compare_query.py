# SPDX-License-Identifier: GPL-3.0-or-later
"""``compare_query``: one Prometheus query, asked of the new version and of the old one beside it, gives no worse value for the new one."""

from __future__ import annotations

import math
import re
import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates import gate, prometheus
from ansible_collections.steady.rollout.plugins.module_utils._rollout.options import REQUIRED, Option

Json = dict[str, t.Any]

NAME = "compare_query"
SHORT = ""
OPTIONS = (
    Option("url", "text", REQUIRED),
    Option("query", "text", REQUIRED),
    Option("worse", "text", "higher", choices=("higher", "lower")),
    Option("max_ratio", "above zero", 1.5),
    Option("allowance", "number", 0),
    *(option for option in prometheus.OPTIONS if option.name not in ("url", "query", "max", "min", "series", "during")),
)
scopes = gate.no_scopes
impossible = gate.sides_missing

_PLACE = re.compile(r"\$(service|deployment)\b|\$\{(service|deployment)\}")


def check(options: Json, where: str) -> None:
    """The query asks for something that differs between the sides."""
    if not _PLACE.search(options["query"]):
        raise errors.InvalidInput(
            f"{where}.query: it asks the same of both versions; write $service or $deployment where their names belong,"
            ' as in service="$service".'
        )
    if options["max_ratio"] < 1 or options["allowance"] < 0:
        raise errors.InvalidInput(f"{where}: max_ratio must be 1 or more, and allowance 0 or more.")


def of_side(options: Json, side: str) -> Json:
    """The options of the one query for that side; a $ that stands for something else, as in a regular expression, stays."""
    names = options["sides"][side]
    query = _PLACE.sub(lambda found: str(names[found[1] or found[2]]), options["query"])
    return {**options, "query": query}


def judge(options: Json, view: gate.View) -> gate.Reading:
    """Measured as often as gate ``prometheus`` does, and counted in the same way."""
    return prometheus.judge_by(compared, {**options, "during": False}, view)


def compared(options: Json, answers: Json) -> tuple[str, str, str | None]:
    """What the two answers say: ``passed``, ``failed``, ``no data`` or ``error``, in words, and the value of the new side."""
    values = {}
    for side in gate.SIDES:
        if answers[side].get("error"):
            return "error", f"error: {answers[side]['error']}", None
        found = [float(value) for _labels, value in answers[side]["series"] if not math.isnan(float(value))]
        if not found:
            return "no data", f"no data for the {side} version", None
        values[side] = max(found) if options["worse"] == "higher" else min(found)
    new, old = values["new"], values["old"]
    limit = _limit(options, old)
    good = new <= limit if options["worse"] == "higher" else new >= limit
    most = "most" if options["worse"] == "higher" else "least"
    return (
        ("passed" if good else "failed"),
        f"{new:g} against {old:g} of the old version, at {most} {limit:g}",
        f"{new:g}",
    )


def _limit(options: Json, old: float) -> float:
    """The last good value: so many times the old one, or so far from it, whichever allows for more."""
    ratio, allowance = float(options["max_ratio"]), float(options["allowance"])
    if options["worse"] == "higher":
        return max(old * ratio, old + allowance)
    return min(old / ratio, old - allowance)
