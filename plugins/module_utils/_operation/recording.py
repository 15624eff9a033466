# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeping with a workload how its revisions turned out."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._operation import writing
from ansible_collections.steady.rollout.plugins.module_utils._rollout import revisions

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.roll import Roll
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Snapshot

Json = dict[str, t.Any]


def record(roll: Roll, snapshot: Snapshot, entries: tuple[revisions.Revision, ...], how: str) -> Json | None:
    """Keep with the workload how its present revision turned out; the workload as it is then."""
    newest, present = snapshot.newest, snapshot.workload
    if newest is None or present is None:
        return present
    turned_out = {roll.kind.identity(newest): how}

    def make(now: Json) -> Json:
        return writing.annotation_patch(now, revisions.outcome_annotation(now, entries, turned_out))

    _before, after = writing.change(roll.ports.cluster, roll.kind, roll.reference, present, make)
    return after
