# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a workload can be upgraded by weights at all: by its kind, its own way to roll, and the room in its namespace."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._operation import checks
from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects, preflight, resources

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.roll import Roll

Json = dict[str, t.Any]


def unsuited(roll: Roll, present: Json, strategy: str) -> str:
    """Why no rollout by weights suits it, with the way out; empty when one does."""
    if roll.kind.RESOURCE != resources.DEPLOYMENT:
        return f"a {strategy} takes a Deployment, whose pods are all alike. Upgrade this kind with strategy: rolling."
    if (objects.spec(present).get("strategy") or {}).get("type") == "Recreate":
        return "its own strategy is Recreate, so it would serve nobody while the new version is put into it. Use RollingUpdate."
    return ""


def crowded(roll: Roll, present: Json, wanted: Json, more: int) -> str:
    """Which quota has no room for so many more pods, and the surge of the Deployment's own roll on top; empty when all have."""
    surging, missing = roll.kind.surge(present)
    quotas = checks.quotas(roll.ports.cluster, roll.reference, roll.journal)
    return preflight.no_room_for(more + (1 if surging and not missing else 0), wanted, quotas)
