# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait: judge the rollout that is under way, whoever began it, and change nothing."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.steady.rollout.plugins.module_utils._operation import checks, gating, reading, roll
from ansible_collections.steady.rollout.plugins.module_utils._operation.journal import Journal
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._rollout import conditions, kinds, resources

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds.kind import Kind
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference


OFTEN = 10**9
"""More restarts than any container has: how often a Job's may fail is the Job's own to say."""


def wait(ports: Ports, reference: Reference, settings: Settings, goal: conditions.Goal | None = None) -> Outcome:
    """Wait until it is complete as it is now, or as the goal wants it. Raises Refused when it is paused and so never would be."""
    kind, reference = _meant(ports, reference, goal)
    journal = Journal(ports, reference)
    looking = (settings.only_check and ports.glance) or ports.cluster
    present = reading.workload(looking, kind, reference)
    checks.refuse(reference, kind.refusal(present))
    version = reading.facts(kind, present, settings.container)["version"]
    title, done = (f"{reference} ({version})", f"is complete on {version}") if version else (reference, "is complete")
    change = roll.Change(f"Waiting for {title}", done, present, present, changed=False)
    if kind.RESOURCE == resources.JOB:
        limits = replace(settings.limits, crash_restarts=OFTEN, init_restarts=OFTEN)
        settings = replace(settings, limits=limits)
    running = roll.Roll(ports, kind, reference, replace(settings, on_failure="report"), journal, recorded=False)
    running = gating.prepared(running, present, rolls=False)
    if settings.only_check:
        return Outcome(reference, False, False, change.asked)
    return roll.see_through(running, change)


def _meant(ports: Ports, reference: Reference, goal: conditions.Goal | None) -> tuple[Kind, Reference]:
    """The kind, and the reference without a namespace where the kind has none. Raises NotFound for a kind that is not served."""
    if goal is None:
        return kinds.waited_for(reference.kind), reference
    resource, namespaced = ports.cluster.find(goal.api_version, reference.kind)
    return conditions.kind(resource, goal), reference if namespaced else replace(reference, namespace="")
