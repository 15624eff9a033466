# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether it is the time for a change, and what is kept of one that somebody made all the same."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from datetime import datetime

from ansible_collections.steady.rollout.plugins.module_utils._operation import checks
from ansible_collections.steady.rollout.plugins.module_utils._rollout import windows

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.journal import Journal
    from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Settings
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports
    from ansible_collections.steady.rollout.plugins.module_utils._operation.roll import Roll
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference

Json = dict[str, t.Any]

INSTEAD = "Changes that cannot wait go ahead with break_glass and the reason, which is recorded."


def in_time(roll: Roll) -> Roll:
    """The roll, which records in what it writes that the glass was broken if it was. Raises Refused outside the windows."""
    glass = broken_glass(roll.ports, roll.reference, roll.settings, roll.journal)
    return replace(roll, glass=glass) if glass else roll


def broken_glass(ports: Ports, reference: Reference, settings: Settings, journal: Journal) -> Json:
    """Who breaks the glass and why; empty within the windows. Raises Refused outside of them when nobody does."""
    if not settings.calendar:
        return {}
    now = ports.clock.now()
    closed = windows.refusal(settings.calendar, datetime.fromisoformat(now.replace("Z", "+00:00")))
    reason = settings.break_glass
    if not closed:
        return {}
    if not reason:
        checks.refuse(reference, f"{closed} {INSTEAD}")
    if not settings.only_check:
        journal.say(f"break glass: {reason}; {closed}")
    return {"reason": reason, "at": now, "by": settings.holder, "user": ports.cluster.user()}
