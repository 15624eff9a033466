# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether it is the time for a change, and what is kept of one that somebody made all the same."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from datetime import datetime

from ansible_collections.steady.rollout.plugins.module_utils._operation import checks
from ansible_collections.steady.rollout.plugins.module_utils._rollout import windows

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.roll import Roll

INSTEAD = "Changes that cannot wait go ahead with break_glass and the reason, which is recorded."


def in_time(roll: Roll) -> Roll:
    """The roll, which records in what it writes that the glass was broken if it was. Raises Refused outside the windows."""
    now = roll.ports.clock.now()
    closed = windows.refusal(roll.settings.calendar, datetime.fromisoformat(now.replace("Z", "+00:00")))
    reason = roll.settings.break_glass
    if not closed:
        return roll
    if not reason:
        checks.refuse(roll.reference, f"{closed} {INSTEAD}")
    if not roll.settings.only_check:
        roll.journal.say(f"break glass: {reason}; {closed}")
    return replace(
        roll, glass={"reason": reason, "at": now, "by": roll.settings.holder, "user": roll.ports.cluster.user()}
    )
