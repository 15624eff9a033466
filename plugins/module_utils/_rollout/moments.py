# SPDX-License-Identifier: GPL-3.0-or-later
"""Times as the cluster and results write them, and times for people. Seconds are those since 1970, in UTC."""

from __future__ import annotations

import datetime


def moment(text: str) -> datetime.datetime:
    """A date and time in ISO 8601, in UTC where it names no zone; the beginning of time for an empty one. Raises ValueError."""
    found = datetime.datetime.fromisoformat((text or "0001-01-01T00:00:00Z").replace("Z", "+00:00"))
    return found if found.tzinfo else found.replace(tzinfo=datetime.timezone.utc)


def seconds_of(text: object) -> float | None:
    """The moment that such a text names; None when it names none."""
    try:
        return moment(str(text)).timestamp() if text else None
    except ValueError:
        return None


def clock(seconds: float) -> str:
    """``10:02:31``."""
    return _utc(seconds).strftime("%H:%M:%S")


def date_and_time(seconds: float) -> str:
    """``2026-11-23 10:02:31 UTC``."""
    return _utc(seconds).strftime("%Y-%m-%d %H:%M:%S UTC")


def iso(seconds: float) -> str:
    """``2026-11-23T10:02:31Z``."""
    return _utc(seconds).strftime("%Y-%m-%dT%H:%M:%SZ")


def _utc(seconds: float) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
