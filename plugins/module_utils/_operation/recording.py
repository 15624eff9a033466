# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeping with a workload how its revisions turned out."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._operation import writing
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, revisions

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.roll import Roll
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Snapshot

Json = dict[str, t.Any]


def record(roll: Roll, snapshot: Snapshot, entries: tuple[revisions.Revision, ...], how: str) -> Json | None:
    """Keep with the workload how its present revision turned out; the workload as it is then.

    It turned out so whether that can be kept or not: an API server that has gone away meanwhile changes nothing about it.
    """
    newest, present = snapshot.newest, snapshot.workload
    if newest is None or present is None:
        return present
    turned_out = {roll.kind.identity(newest): how}

    def make(now: Json) -> Json:
        return writing.annotation_patch(now, revisions.outcome_annotation(now, entries, turned_out))

    try:
        return writing.change(roll.ports.cluster, roll.kind, roll.reference, present, make)[1]
    except errors.Unreachable as silence:
        roll.journal.say(f"not recorded as {how}: {silence}")
        return present
