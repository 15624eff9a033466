# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of a canary as people write them: how much traffic, for how long, on how many pods, and what has to hold meanwhile."""

from __future__ import annotations

import math
import typing as t
from dataclasses import dataclass, replace

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, gates, options
from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates import endpoints_ready, share
from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates.gate import Gate
from ansible_collections.steady.rollout.plugins.module_utils._rollout.options import Option
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic.routes import Pin

Json = dict[str, t.Any]

DEFAULT = ({"weight": 5}, {"weight": 25}, {"weight": 50})
_OPTIONS = (
    Option("weight", "positive count", options.REQUIRED),
    Option("replicas", "positive count"),
    Option("for", "delay", "1m"),
    Option("pause", "flag", False),
)
_MATCH = (Option("name", "text", options.REQUIRED), Option("value", "text", options.REQUIRED))


@dataclass(frozen=True)
class Step:
    """``weight`` of 100 for the new version, held for ``seconds`` while its gates hold; ``pause``: then somebody has to approve.

    ``whole``: the new version has as many pods as the present one, whatever its weight. ``name`` is what people call the step.
    """

    weight: int
    seconds: float
    replicas: int = 0
    pause: bool = False
    gates: tuple[Gate, ...] = ()
    whole: bool = False
    name: str = ""

    def pods(self, stable: int) -> int:
        """How many pods it needs beside so many stable ones: as many as its share, and at least one."""
        return self.replicas or max(1, math.ceil(stable * (100 if self.whole else self.weight) / 100))


def read(given: t.Any, where: str) -> tuple[Step, ...]:
    """The steps. Raises InvalidInput, which names the step by its place: ``strategy.steps[1].weight``."""
    if not isinstance(given, (list, tuple)) or not given:
        raise errors.InvalidInput(f"{where}: write a list of steps, such as [{{weight: 5, for: 2m}}, {{weight: 50}}].")
    steps = tuple(_step(item, f"{where}[{index}]") for index, item in enumerate(given))
    for index, step in enumerate(steps):
        before = steps[index - 1].weight if index else 0
        if step.weight <= before:
            raise errors.InvalidInput(
                f"{where}[{index}].weight: {step.weight} does not rise above the {before} of the step before. Weights must rise."
            )
        if step.weight > 100:
            raise errors.InvalidInput(
                f"{where}[{index}].weight: {step.weight} exceeds 100, which is all of the requests."
            )
    return steps


def _step(item: t.Any, where: str) -> Step:
    item = {"weight": item} if isinstance(item, (int, float)) and not isinstance(item, bool) else item
    own = {key: value for key, value in item.items() if key != "gates"} if isinstance(item, dict) else item
    values = options.read(own, _OPTIONS, where)
    given = item.get("gates") if isinstance(item, dict) else None
    return Step(values["weight"], values["for"], values["replicas"] or 0, values["pause"], gates_of(given, where))


def gates_of(given: t.Any, where: str, key: str = "gates") -> tuple[Gate, ...]:
    """The gates of a part of a strategy, which messages name by their place under that key of it. Raises InvalidInput."""
    try:
        found = gates.parse(given or [])
    except errors.InvalidInput as reason:
        raise errors.InvalidInput(f"{where}.{str(reason).replace('gates', key, 1)}") from None
    for gate in found:
        if gate.form.NAME == endpoints_ready.NAME:
            raise errors.InvalidInput(
                f"{where}.{key}: endpoints_ready is for the task's own gates. A strategy moves no request onto a Service without"
                " ready endpoints by itself."
            )
    return tuple(replace(gate, where=f"{where}.{gate.where.replace('gates', key, 1)}") for gate in found)


def pin_of(given: t.Any, where: str) -> Pin | None:
    """By which header or cookie testers reach the new version before users do; None when nobody says. Raises InvalidInput."""
    if given is None:
        return None
    if not isinstance(given, dict) or len(given) != 1 or not {"header", "cookie"} & set(given):
        raise errors.InvalidInput(
            f"{where}: write {{header: {{name: x-tester, value: 'yes'}}}}, or cookie in place of header."
        )
    ((kind, value),) = given.items()
    found = options.read(value, _MATCH, f"{where}.{kind}")
    return Pin(found["name"], found["value"]) if kind == "header" else Pin.cookie(found["name"], found["value"])


def probe_of(given: t.Any, where: str) -> Json | None:
    """What shows by its answers that the share arrives, as the gate ``share`` is told; None when nobody says. Raises InvalidInput."""
    if given is None:
        return None
    if not isinstance(given, dict) or "weight" in given:
        raise errors.InvalidInput(
            f"{where}: write the options of the gate share, without the weight:"
            " {url: http://shop.example/version, version_path: version}."
        )
    gates_of([{share.NAME: {"version": "any", **given, "weight": 50}}], where)
    return given


def seen(probe: Json | None, step: Step, version: str) -> tuple[Gate, ...]:
    """The gate that wants to see the step's share of answers from that version; none without a probe. Raises InvalidInput."""
    options_of = {"version": version, **(probe or {}), "weight": step.weight}
    return gates_of([{share.NAME: options_of}], "strategy.probe") if probe else ()
