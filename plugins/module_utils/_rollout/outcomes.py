# SPDX-License-Identifier: GPL-3.0-or-later
"""How a rollout turned out, in a word, from a module's result: the same word in reports, webhooks and artifacts."""

from __future__ import annotations

import typing as t

STANDING = ("paused", "waiting")
"""It stands still until somebody acts: worth the word whether this run or an earlier one brought it there."""
GOOD = ("complete", "unchanged", "predicted", *STANDING)
ALL = (*GOOD, "rolled back", "failed", "interrupted", "not begun")


def outcome(result: t.Mapping[str, t.Any]) -> str:
    """One of ``ALL``; predicted is what check mode does."""
    status = str(result.get("status") or "")
    if status in ("not_begun", "interrupted"):
        return status.replace("_", " ")
    if result.get("failed"):
        return "rolled back" if result.get("rolled_back") else "failed"
    if status in STANDING:
        return status
    if not result.get("changed"):
        return "unchanged"
    return "complete" if status else "predicted"
