# SPDX-License-Identifier: GPL-3.0-or-later
"""A workload as one look found it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds.kind import Kind
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.revisions import Revision
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Snapshot
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.verdict import Verdict

Json = dict[str, t.Any]


@dataclass(frozen=True)
class Case:
    """A workload as one look found it; ``facts`` are those that results show, ``history`` is newest first."""

    kind: Kind
    snapshot: Snapshot
    verdict: Verdict
    history: tuple[Revision, ...]
    facts: Json
