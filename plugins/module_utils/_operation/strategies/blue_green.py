# SPDX-License-Identifier: GPL-3.0-or-later
"""Blue-green: the new version whole beside the present one, proven on a preview of its own, then given all requests in one patch.

The old colour, the Deployment itself, keeps its pods for a while, so the way back is one patch as well. After that the Deployment is
rolled without requests, gets them back in one patch, and the new colour's twin goes.
"""

from __future__ import annotations

import functools
import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._operation import checks
from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic.by_weights import ByWeights
from ansible_collections.steady.rollout.plugins.module_utils._rollout import (
    objects,
    options,
    wording,
)
from ansible_collections.steady.rollout.plugins.module_utils._rollout.options import Option
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic import routes, steps
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic.routes import Fork
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic.steps import Step

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.roll import Roll

Json = dict[str, t.Any]

NAME = "blue_green"
PREVIEW, SWITCH = "preview", "switch"
IN_USE = 3.0
"""Seconds from the moment at which the route's status says that it is taken: Traefik collects changes for two before it uses them."""
OPTIONS = (
    Option("route", "text"),
    Option("service", "text"),
    Option("keep_for", "delay", "30s"),
    Option("pause", "flag", False),
)


def read(given: Json, where: str) -> ByWeights:
    """The blue-green rollout that people write. Raises InvalidInput."""
    parts = ("preview", "gates", "keep_gates")
    own = {key: value for key, value in given.items() if key not in parts}
    values = options.read(own, (*OPTIONS, *(Option(part, "table") for part in parts)), where)
    before, after = (steps.gates_of(given.get(key), where, key) for key in ("gates", "keep_gates"))
    return ByWeights(
        NAME,
        (
            Step(0, 0.0, pause=values["pause"], gates=before, whole=True, name=PREVIEW),
            Step(100, values["keep_for"], gates=after, whole=True, name=SWITCH),
        ),
        "all its pods beside the present ones, all requests in one patch, the old ones kept for"
        f" {wording.seconds(values['keep_for'])}",
        _shrunk,
        values["route"] or "",
        values["service"] or "",
        steps.pin_of(given.get("preview"), f"{where}.preview"),
        tracked=True,
        aimed=functools.partial(_aimed, _headers(given.get("preview"))),
    )


def _headers(preview: Json | None) -> Json:
    """What a probe must send to see the preview, as its options. Cookies are kept out of logs, as everywhere."""
    ((kind, value),) = (preview or {"header": None}).items()
    if not value:
        return {}
    name, text = str(value["name"]), str(value["value"])
    return {"headers": {name: text}} if kind == "header" else {"secret_headers": {"Cookie": f"{name}={text}"}}


def _aimed(preview: Json, step: Step, asked: Json, fork: Fork) -> Json:
    """A probe begins when the load balancer is sure to use what it has taken; before the switch it asks the preview."""
    if "url" not in asked or "delay" not in asked:
        return asked
    later = {**asked, "delay": max(asked["delay"], IN_USE)}
    if step.name != PREVIEW:
        return later
    track = {"headers": {pin.name: pin.value for pin in fork.to_twin if pin.name == routes.TRACK}}
    return {**later, **{key: {**more, **asked[key]} for key, more in (preview or track).items()}}


def _shrunk(roll: Roll, present: Json) -> str:
    """While the new colour has the requests the old one is idle, and an autoscaler takes it down to its least."""
    count = roll.kind.wanted(present)
    for item in checks.autoscalers(roll.ports.cluster, roll.reference):
        least = int(objects.spec(item).get("minReplicas") or 1)
        if least < count:
            return (
                f"HorizontalPodAutoscaler {objects.name(item)} may go down to {least} pods, and would while all requests are at the new"
                f" version, so that its {count} could not take them back at once. Raise minReplicas to {count} for that time, or use"
                " strategy: canary with weights up to 50."
            )
    return ""
