# SPDX-License-Identifier: GPL-3.0-or-later
"""Times in results, and times for people. Seconds are those since 1970, in UTC."""

from __future__ import annotations

import datetime


def seconds_of(text: object) -> float | None:
    """The moment that an ISO 8601 text names; None when it names none."""
    try:
        moment = datetime.datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=datetime.timezone.utc)).timestamp()


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
