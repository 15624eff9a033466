# SPDX-License-Identifier: GPL-3.0-or-later
"""What a file in this folder has to answer for its strategy: how people write it, and what it plans."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.operate import Plan
    from ansible_collections.steady.rollout.plugins.module_utils._operation.roll import Roll
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates.gate import Gate

Json = dict[str, t.Any]


@dataclass(frozen=True)
class Goal:
    """What an upgrade wants: the template as it is and as it shall be, both versions, and the patch that makes it so in one go.

    ``promote``: the step that waits for approval has it.
    """

    present: Json
    wanted: Json
    old: str
    new: str
    make: t.Callable[[Json], Json]
    promote: bool = False


class Strategy(t.Protocol):
    """A strategy with its options."""

    @property
    def NAME(self) -> str:
        """What people write as its type; also the end of its twin's name."""

    @property
    def gates(self) -> tuple[Gate, ...]:
        """All gates in it, for the rights that they need."""

    def plan(self, goal: Goal, roll: Roll, present: Json) -> Plan:
        """What to do with the workload as it is. Raises Refused or InvalidInput; writes nothing."""
