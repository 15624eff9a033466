# SPDX-License-Identifier: GPL-3.0-or-later
"""When a workload may be changed: maintenance windows that recur, and freezes over them. Instants are in UTC."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta, timezone, tzinfo

from ansible_collections.steady.rollout.plugins.module_utils._rollout import (
    durations,
    errors,
    objects,
    recurrence,
    revisions,
    wording,
)

Json = dict[str, t.Any]

BREAK_GLASS = "steady.rollout/break-glass"
REACH = (timedelta(days=40), timedelta(days=400), timedelta(days=4000))
"""How far ahead an opening is looked for: near first, and after eleven years no longer."""
_HOW_TO_DATE = "write a date or a date and time, as in 2026-12-20 or 2026-12-20 18:00"


@dataclass(frozen=True)
class Window:
    """Opens whenever its rule says, for that long."""

    rule: recurrence.Rule
    duration: timedelta


@dataclass(frozen=True)
class Span:
    """A stretch of time; ``zone`` is the one that people think of it in."""

    start: datetime
    end: datetime
    zone: tzinfo
    reason: str = ""


@dataclass(frozen=True)
class Calendar:
    """When changes may be made, and how many seconds one takes. Without windows that is always, but for the freezes."""

    windows: tuple[Window, ...] = ()
    freezes: tuple[Span, ...] = ()
    estimate: float = 0.0


def read(windows: t.Sequence[Json], freezes: t.Sequence[Json], estimate: float) -> Calendar:
    """The calendar that the options write down. Raises InvalidInput."""
    return Calendar(
        tuple(_window(entry, f"window[{number}]") for number, entry in enumerate(windows)),
        tuple(_freeze(entry, f"freezes[{number}]") for number, entry in enumerate(freezes)),
        estimate,
    )


def _window(entry: Json, where: str) -> Window:
    rule = recurrence.read(entry["rrule"], entry.get("starts") or "", entry.get("time_zone") or "UTC", where)
    return Window(rule, timedelta(seconds=durations.parse(entry["duration"], f"{where}.duration")))


def _freeze(entry: Json, where: str) -> Span:
    zone = recurrence.zone_named(entry.get("time_zone") or "UTC", f"{where}.time_zone")
    start = _moment(entry["from"], zone, f"{where}.from", timedelta())
    end = _moment(entry["until"], zone, f"{where}.until", timedelta(days=1))
    if end <= start:
        raise errors.InvalidInput(
            f"{where}: it ends ({entry['until']}) before it begins ({entry['from']}): write an earlier from, or a later until."
        )
    return Span(start, end, zone, (entry.get("reason") or "").strip())


def _moment(written: str, zone: tzinfo, where: str, whole_day: timedelta) -> datetime:
    """The instant; of a day alone its midnight, ``whole_day`` later by the wall clock."""
    text = written.strip().replace("Z", "+00:00")
    try:
        moment = datetime.fromisoformat(text)
        if len(text) == len("2026-12-20"):
            moment = datetime.combine(moment, time()) + whole_day
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(timezone.utc)
    except (ValueError, OverflowError):
        raise errors.InvalidInput(f"{where}: {written!r} is not possible; {_HOW_TO_DATE}.") from None


def refusal(calendar: Calendar, now: datetime) -> str:
    """Why a change may not begin now, and when it may next; empty when it may."""
    if not calendar.windows and not calendar.freezes:
        return ""
    needed = timedelta(seconds=calendar.estimate)
    spans: list[Span] = []
    for reach in REACH:
        spans = _allowed(calendar, now, now + needed + reach)
        fits = next((span for span in spans if span.end - max(span.start, now) >= needed), None)
        if fits and fits.start <= now:
            return ""
        if fits:
            return (
                f"{_why(calendar, spans, now)} The next time that is long enough begins {_when(fits.start, fits.zone)}."
            )
    return f"{_why(calendar, spans, now)} No time that is long enough comes within {REACH[-1].days // 365} years."


def _why(calendar: Calendar, spans: t.Sequence[Span], now: datetime) -> str:
    present = next((span for span in spans if span.start <= now), None)
    takes = wording.seconds(calendar.estimate)
    if present:
        left = wording.seconds((present.end - now).total_seconds())
        ends = _when(present.end, present.zone)
        return f"the time for changes ends {ends}, in {left}, and this may take {takes} (estimate)."
    frozen = next((freeze for freeze in calendar.freezes if freeze.start <= now < freeze.end), None)
    if frozen:
        why = f" ({frozen.reason})" if frozen.reason else ""
        return f"changes are frozen until {_when(frozen.end, frozen.zone)}{why}."
    return "no maintenance window is open." if calendar.windows else f"this may take {takes} (estimate)."


def _allowed(calendar: Calendar, now: datetime, until: datetime) -> list[Span]:
    """The stretches of time for changes that are not over yet, in order, none touching the next."""
    spans = [span for window in calendar.windows for span in _spans(window, now, until)]
    if not calendar.windows:
        spans = [Span(now, until, calendar.freezes[0].zone)]
    open_spans = _joined(sorted(spans, key=lambda span: span.start))
    for freeze in calendar.freezes:
        open_spans = [rest for span in open_spans for rest in _without(span, freeze)]
    return [span for span in open_spans if span.end > now]


def _spans(window: Window, now: datetime, until: datetime) -> t.Iterator[Span]:
    # A day more: the clocks may go back meanwhile.
    for start in recurrence.instants(window.rule, now - window.duration - timedelta(days=1), until):
        yield Span(start, start + window.duration, window.rule.zone)


def _joined(spans: t.Iterable[Span]) -> list[Span]:
    """Those that overlap or touch as one."""
    joined: list[Span] = []
    for span in spans:
        if joined and span.start <= joined[-1].end:
            joined[-1] = replace(joined[-1], end=max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined


def _without(span: Span, freeze: Span) -> list[Span]:
    before = replace(span, end=min(span.end, freeze.start))
    after = replace(span, start=max(span.start, freeze.end))
    return [rest for rest in (before, after) if rest.start < rest.end]


def _when(moment: datetime, zone: tzinfo) -> str:
    local = moment.astimezone(zone)
    text = f"{local:%a %Y-%m-%d %H:%M} {zone}"
    return text if str(zone) == "UTC" else f"{text} ({moment:%Y-%m-%d %H:%M} UTC)"


def noted(body: Json, glass: Json) -> Json:
    """What is written, with a record of who broke the glass and why; as it is when there is nothing to write, or to record."""
    if not body or not glass:
        return body
    notes = {**objects.annotations_of(body), BREAK_GLASS: json.dumps(glass, ensure_ascii=False)}
    if revisions.CHANGE_CAUSE in notes:
        notes[revisions.CHANGE_CAUSE] += f" (break glass: {glass['reason']})"
    return {**body, "metadata": {**objects.metadata(body), "annotations": notes}}
