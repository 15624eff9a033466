# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules that recur (RFC 5545's RRULE), told in the wall-clock time of a zone and asked for instants in UTC."""

from __future__ import annotations

import re
import typing as t
import zoneinfo
from dataclasses import dataclass
from datetime import datetime, timezone

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors

EXAMPLE = "FREQ=WEEKLY;BYDAY=TU,TH;BYHOUR=22"
OFTEN = 48
"""Times a day that no window opens; it bounds what a rule costs."""

_PART = re.compile(r"([A-Z]+)=([^=;]+)")
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_DAYS = {"BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYEASTER"}


@dataclass(frozen=True)
class Rule:
    """A rule as it was written, what it counts from (wall-clock time; None: nothing depends on that), and its zone."""

    text: str
    starts: datetime | None
    zone: zoneinfo.ZoneInfo


def read(text: str, starts: str, time_zone: str, where: str) -> Rule:
    """The rule. Raises InvalidInput naming the part that cannot be meant; ``where`` is what it belongs to."""
    zone = zone_named(time_zone, f"{where}.time_zone")
    first = _first(starts, f"{where}.starts") if starts.strip() else None
    written = text.strip().upper().removeprefix("RRULE:").rstrip(";")
    found = [_PART.fullmatch(part.strip()) for part in written.split(";")]
    parts = {match[1]: match[2] for match in found if match}
    place = f"{where}.rrule: {text!r}"
    if not all(found) or "FREQ" not in parts:
        raise errors.InvalidInput(f"{place} is not a rule of RFC 5545; write one such as {EXAMPLE}.")
    if parts["FREQ"] not in _FREQUENCIES:
        raise errors.InvalidInput(f"{place}: FREQ={parts['FREQ']} is not possible, write {', '.join(_FREQUENCIES)}.")
    if not re.fullmatch("[1-9][0-9]*", parts.get("INTERVAL", "1")):
        raise errors.InvalidInput(f"{place}: INTERVAL={parts['INTERVAL']} is not possible, write 1 or more.")
    if first is None:
        _needs_no_start(parts, place)
    times = [len(parts.get(name, "").split(",")) for name in ("BYHOUR", "BYMINUTE", "BYSECOND")]
    if times[0] * times[1] * times[2] > OFTEN:
        raise errors.InvalidInput(f"{place} opens more than {OFTEN} times a day; write longer windows.")
    rule = Rule(_joined(parts), first, zone)
    _must_open(rule, parts, place)
    return rule


def instants(rule: Rule, after: datetime, before: datetime) -> list[datetime]:
    """When it recurs between the two, in UTC, in the order of the zone's wall clock.

    A wall-clock time that a change of the clocks leaves out is an hour later, one that comes twice is the first (RFC 5545, 3.3.5).
    """
    since, until = (moment.astimezone(rule.zone).replace(tzinfo=None) for moment in (after, before))
    # Whole years before, so that no period of the rule is cut.
    first = rule.starts or datetime(since.year - 1, 1, 1)
    found: list[datetime] = _recurring(rule.text, first).between(since, until, inc=True)
    return [moment.replace(tzinfo=rule.zone).astimezone(timezone.utc) for moment in found]


def zone_named(name: str, where: str) -> zoneinfo.ZoneInfo:
    """The time zone of that name. Raises InvalidInput."""
    try:
        return zoneinfo.ZoneInfo(name.strip())
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise errors.InvalidInput(
            f"{where}: {name!r} is not a time zone that this host knows; write one such as Europe/Vienna or UTC. "
            "The host needs the zones of its system (package tzdata)."
        ) from None


def _first(written: str, where: str) -> datetime:
    try:
        first = datetime.fromisoformat(written.strip())
    except ValueError:
        first = None
    if first is None or first.tzinfo or not 1970 <= first.year <= 2100:
        raise errors.InvalidInput(
            f"{where}: {written!r} is not possible; write the day of the first window, in its zone's time, as in 2026-12-01."
        )
    return first


def _needs_no_start(parts: dict[str, str], place: str) -> None:
    """Raise InvalidInput where the rule means nothing without the day that it counts from."""
    counted = [
        name for name in ("INTERVAL", "COUNT") if parts.get(name, "1") != "1" or (name == "COUNT" and name in parts)
    ]
    if counted:
        raise errors.InvalidInput(
            f"{place} counts ({counted[0]}) but not from when: add starts, the day of the first window."
        )
    if parts["FREQ"] != "DAILY" and not _DAYS & set(parts):
        raise errors.InvalidInput(f"{place} does not say on which day: add BYDAY or BYMONTHDAY, or starts.")


def _must_open(rule: Rule, parts: dict[str, str], place: str) -> None:
    """Raise InvalidInput for a rule that cannot be read, or asks for a day that no year has (30 February)."""
    days = {**{name: value for name, value in parts.items() if name.startswith("BY")}, "FREQ": "YEARLY"}
    days.pop("BYSETPOS", None)
    try:
        _recurring(rule.text, rule.starts or datetime(2000, 1, 1))
        opens = next(iter(_recurring(_joined(days), datetime(2000, 1, 1))), None)
    except (ValueError, TypeError, IndexError, OverflowError) as reason:
        raise errors.InvalidInput(f"{place} is not possible: {str(reason).strip() or 'it cannot be read'}.") from None
    if opens is None:
        raise errors.InvalidInput(f"{place} never opens: no year has such a day.")


def _joined(parts: dict[str, str]) -> str:
    return ";".join(f"{name}={value}" for name, value in parts.items())


def _recurring(text: str, first: datetime) -> t.Any:
    from dateutil import rrule  # comes with kubernetes; the modules can be described without it

    return rrule.rrulestr(text, dtstart=first)
