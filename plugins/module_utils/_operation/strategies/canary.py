# SPDX-License-Identifier: GPL-3.0-or-later
"""Canary: the new version beside the present one, given more requests step by step, watched, and then put into the Deployment itself."""

from __future__ import annotations

import functools
import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._operation import checks
from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic.by_weights import ByWeights
from ansible_collections.steady.rollout.plugins.module_utils._rollout import options
from ansible_collections.steady.rollout.plugins.module_utils._rollout.options import Option
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic import steps

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.roll import Roll

Json = dict[str, t.Any]

NAME = "canary"
OPTIONS = (Option("route", "text"), Option("service", "text"))


def read(given: Json, where: str) -> ByWeights:
    """The canary that people write. Raises InvalidInput."""
    parts = ("steps", "match", "probe")
    own = {key: value for key, value in given.items() if key not in parts}
    values = options.read(own, (*OPTIONS, *(Option(part, "table") for part in parts)), where)
    asked = given.get("steps")
    found = steps.read(steps.DEFAULT if asked is None else asked, f"{where}.steps")
    return ByWeights(
        NAME,
        found,
        f"weights {', '.join(str(step.weight) for step in found)}",
        functools.partial(_shrunk, max(step.weight for step in found)),
        values["route"] or "",
        values["service"] or "",
        steps.pin_of(given.get("match"), f"{where}.match"),
        steps.probe_of(given.get("probe"), f"{where}.probe"),
    )


def _shrunk(most: int, roll: Roll, _present: Json) -> str:
    """With most of the requests on the canary the pods that they go back to are idle, and an autoscaler takes them away."""
    owned = checks.autoscaled(roll.ports.cluster, roll.reference, "") if most > 50 else ""
    return owned and (
        f"{owned.rstrip()} With more than half of the requests on the canary it would shrink the pods that they go back to."
        " Keep weights at 50 or below."
    )
