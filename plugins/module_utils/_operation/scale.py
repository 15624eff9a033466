# SPDX-License-Identifier: GPL-3.0-or-later
"""Scale: another number of pods of the same version."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.steady.rollout.plugins.module_utils._operation import checks, reading, roll, writing
from ansible_collections.steady.rollout.plugins.module_utils._operation.journal import Journal
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._rollout import difference, kinds, objects

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference

Json = dict[str, t.Any]


def scale(ports: Ports, reference: Reference, replicas: int, settings: Settings) -> Outcome:
    """Set the number of pods and wait until they are there, or gone. Raises Refused when an autoscaler owns the number."""
    kind, journal = kinds.named(reference.kind), Journal(ports, reference)
    settings = replace(settings, on_failure="report")
    present = reading.workload(ports.cluster, kind, reference)
    checks.refuse(reference, kind.refusal(present))
    running = roll.Roll(ports, kind, reference, settings, journal, recorded=False, proven=True)
    old = int(objects.spec(present).get("replicas", 1))
    if old == replicas:
        change = roll.Change(
            f"Scaling of {reference} to {replicas}", f"has {replicas} replicas already", present, present, changed=False
        )
        return checks.predicted(running, change) if settings.dry_run else roll.see_through(running, change)
    checks.refuse(reference, checks.autoscaled(ports.cluster, reference, "Change its limits instead."))
    if not settings.dry_run:
        journal.say(f"{old} -> {replicas} replicas")

    def make(_now: Json) -> Json:
        return {"spec": {"replicas": replicas}}

    before, after = writing.change(ports.cluster, kind, reference, present, make, dry_run=settings.dry_run)
    text = f"from {old} to {replicas} replicas"
    change = roll.Change(
        f"Scaling of {reference} {text}", f"scaled {text}", after, before, difference.of(before, after)
    )
    return checks.predicted(running, change) if settings.dry_run else roll.see_through(running, change)
