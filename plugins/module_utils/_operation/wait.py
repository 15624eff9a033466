# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait: judge the rollout that is under way, whoever began it, and change nothing."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.steady.rollout.plugins.module_utils._operation import checks, gating, reading, roll
from ansible_collections.steady.rollout.plugins.module_utils._operation.journal import Journal
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._rollout import kinds

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference


def wait(ports: Ports, reference: Reference, settings: Settings) -> Outcome:
    """Wait until the workload is complete as it is now. Raises Refused when it is paused and so never would be."""
    kind, journal = kinds.named(reference.kind), Journal(ports, reference)
    present = reading.workload(ports.cluster, kind, reference)
    checks.refuse(reference, kind.refusal(present))
    version = reading.facts(kind, present, settings.container)["version"]
    change = roll.Change(
        f"Waiting for {reference} ({version})", f"is complete on {version}", present, present, changed=False
    )
    running = roll.Roll(ports, kind, reference, replace(settings, on_failure="report"), journal, recorded=False)
    running = gating.prepared(running, present, rolls=False)
    if settings.only_check:
        return Outcome(reference, False, False, change.asked)
    return roll.see_through(running, change)
