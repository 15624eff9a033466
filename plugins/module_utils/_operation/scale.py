# SPDX-License-Identifier: GPL-3.0-or-later
"""Scale: another number of pods of the same version."""

from __future__ import annotations

import functools
import typing as t
from dataclasses import replace

from ansible_collections.steady.rollout.plugins.module_utils._operation import checks
from ansible_collections.steady.rollout.plugins.module_utils._operation.operate import Plan, operate, patched, start
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports
    from ansible_collections.steady.rollout.plugins.module_utils._operation.roll import Roll
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference

Json = dict[str, t.Any]


def scale(ports: Ports, reference: Reference, replicas: int, settings: Settings) -> Outcome:
    """Set the number of pods and wait until they are there, or gone. Raises Refused when an autoscaler owns the number."""
    settings = replace(settings, on_failure="report")
    roll = start(ports, reference, settings, recorded=False, proven=True)
    return operate("scale", roll, functools.partial(_plan, replicas))


def _plan(replicas: int, roll: Roll, present: Json) -> Plan:
    checks.refuse(roll.reference, roll.kind.UNSCALABLE or roll.kind.refusal(present))
    old = int(objects.spec(present).get("replicas", 1))
    if old == replicas:
        return Plan(f"Scaling of {roll.reference} to {replicas}", f"has {replicas} replicas already")
    checks.refuse(roll.reference, checks.autoscaled(roll.ports.cluster, roll.reference, "Change its limits instead."))
    text = f"from {old} to {replicas} replicas"
    return Plan(
        f"Scaling of {roll.reference} {text}",
        f"scaled {text}",
        f"{old} -> {replicas} replicas",
        patched(lambda _now: {"spec": {"replicas": replicas}}, present),
        {**present, "spec": {**objects.spec(present), "replicas": replicas}},
    )
