# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, recurrence


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


def told(rule: str, zone: str, after: str, before: str, starts: str = "") -> list[str]:
    found = recurrence.instants(recurrence.read(rule, starts, zone, "window[0]"), utc(after), utc(before))
    return [f"{moment:%Y-%m-%d %H:%M}" for moment in found]


def test_hours_are_those_of_the_zone_in_winter_and_in_summer() -> None:
    rule = "FREQ=WEEKLY;BYDAY=TU,TH;BYHOUR=22"
    assert told(rule, "Europe/Vienna", "2026-11-23", "2026-11-28") == ["2026-11-24 21:00", "2026-11-26 21:00"]
    assert told(rule, "Europe/Vienna", "2026-07-06", "2026-07-11") == ["2026-07-07 20:00", "2026-07-09 20:00"]


@pytest.mark.parametrize(
    ("zone", "local", "day", "instant"),
    [
        # The clocks go forward: half past two is left out and counts by the clock of before.
        ("Europe/Vienna", (2, 30), "2027-03-28", "2027-03-28 01:30"),
        ("America/New_York", (2, 30), "2027-03-14", "2027-03-14 07:30"),
        ("Australia/Sydney", (2, 30), "2026-10-04", "2026-10-03 16:30"),
        ("America/Santiago", (0, 30), "2026-09-06", "2026-09-06 04:30"),
        ("Australia/Lord_Howe", (2, 15), "2026-10-04", "2026-10-03 15:45"),
        # They go back: it comes twice and counts the first time.
        ("Europe/Vienna", (2, 30), "2026-10-25", "2026-10-25 00:30"),
        ("America/New_York", (1, 30), "2026-11-01", "2026-11-01 05:30"),
        ("Australia/Sydney", (2, 30), "2027-04-04", "2027-04-03 15:30"),
        ("America/Santiago", (23, 30), "2027-04-03", "2027-04-04 02:30"),
        ("Australia/Lord_Howe", (1, 45), "2027-04-04", "2027-04-03 14:45"),
    ],
)
def test_a_time_that_the_change_of_the_clocks_leaves_out_or_repeats_is_one_instant(
    zone: str, local: tuple[int, int], day: str, instant: str
) -> None:
    rule = f"FREQ=DAILY;BYHOUR={local[0]};BYMINUTE={local[1]}"
    around = utc(day) - timedelta(days=2), utc(day) + timedelta(days=2)
    found = recurrence.instants(recurrence.read(rule, "", zone, "window[0]"), *around)
    assert [f"{moment:%Y-%m-%d %H:%M}" for moment in found].count(instant) == 1
    assert len(found) == 4


def test_a_rule_that_counts_does_so_from_its_start() -> None:
    every_other = "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;BYHOUR=1"
    assert told(every_other, "UTC", "2026-11-01", "2026-12-10", "2026-11-02") == [
        "2026-11-02 01:00",
        "2026-11-16 01:00",
        "2026-11-30 01:00",
    ]
    assert told("FREQ=DAILY;COUNT=2", "UTC", "2026-11-01", "2026-12-10", "2026-11-02 05:30") == [
        "2026-11-02 05:30",
        "2026-11-03 05:30",
    ]


def test_what_a_start_says_of_the_day_need_not_be_said_again() -> None:
    assert told("FREQ=MONTHLY", "UTC", "2026-11-01", "2027-01-01", "2026-01-15") == [
        "2026-11-15 00:00",
        "2026-12-15 00:00",
    ]


@pytest.mark.parametrize(
    ("rule", "after", "days"),
    [
        ("FREQ=MONTHLY;BYDAY=2TU", "2026-11-01", ["2026-11-10", "2026-12-08"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1", "2026-11-01", ["2026-11-02", "2026-12-01"]),
        ("rrule:freq=yearly;bymonth=12;bymonthday=24;", "2026-11-01", ["2026-12-24"]),
        ("FREQ=DAILY;UNTIL=20261102T120000", "2026-11-01", ["2026-11-01", "2026-11-02"]),
    ],
)
def test_rules_are_those_of_calendars(rule: str, after: str, days: list[str]) -> None:
    assert [moment[:10] for moment in told(rule, "UTC", after, "2026-12-31")] == days


def test_a_leap_day_is_found_years_ahead() -> None:
    assert told("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "UTC", "2026-11-23", "2037-01-01") == [
        "2028-02-29 00:00",
        "2032-02-29 00:00",
        "2036-02-29 00:00",
    ]


@pytest.mark.parametrize(
    ("rule", "starts", "zone", "words"),
    [
        ("every tuesday", "", "UTC", "window[0].rrule: 'every tuesday' is not a rule of RFC 5545; write one such as"),
        ("", "", "UTC", "is not a rule of RFC 5545"),
        ("BYDAY=TU", "", "UTC", "is not a rule of RFC 5545"),
        ("FREQ=HOURLY", "", "UTC", "FREQ=HOURLY is not possible, write DAILY, WEEKLY, MONTHLY, YEARLY"),
        ("FREQ=WEEKLY;BYDAY=XX", "", "UTC", "is not possible"),
        ("FREQ=WEEKLY;BYDAY=TU;BYHOUR=25", "", "UTC", "is not possible"),
        ("FREQ=WEEKLY;BYDAY=TU;COLOUR=RED", "", "UTC", "is not possible"),
        ("FREQ=WEEKLY;BYDAY=TU;UNTIL=20270101T000000Z", "", "UTC", "is not possible"),
        ("FREQ=WEEKLY;BYDAY=TU;INTERVAL=2", "", "UTC", "counts (INTERVAL) but not from when: add starts"),
        ("FREQ=DAILY;COUNT=3", "", "UTC", "counts (COUNT) but not from when"),
        ("FREQ=DAILY;INTERVAL=0", "2026-01-01", "UTC", "is not possible"),
        ("FREQ=WEEKLY", "", "UTC", "does not say on which day: add BYDAY or BYMONTHDAY, or starts"),
        ("FREQ=YEARLY;BYMONTH=12", "", "UTC", "does not say on which day"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "", "UTC", "never opens: no year has such a day"),
        ("FREQ=DAILY;BYMINUTE=0,1,2,3;BYSECOND=0,1,2,3,4,5,6,7,8,9,10,11,12", "", "UTC", "more than 48 times a day"),
        ("FREQ=DAILY", "soon", "UTC", "window[0].starts: 'soon' is not possible; write the day of the first window"),
        ("FREQ=DAILY", "0001-01-01", "UTC", "window[0].starts: '0001-01-01' is not possible"),
        ("FREQ=DAILY", "2026-01-01T00:00:00+02:00", "UTC", "in its zone's time"),
        (
            "FREQ=DAILY",
            "",
            "Europe/Viena",
            "window[0].time_zone: 'Europe/Viena' is not a time zone that this host knows",
        ),
        ("FREQ=DAILY", "", "../etc/passwd", "is not a time zone that this host knows"),
        ("FREQ=DAILY", "", "Europe", "is not a time zone that this host knows"),
        ("FREQ=DAILY", "", "CET+1\n", "is not a time zone that this host knows"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence(rule: str, starts: str, zone: str, words: str) -> None:
    with pytest.raises(errors.InvalidInput) as refused:
        recurrence.read(rule, starts, zone, "window[0]")
    assert words in str(refused.value) and "\n" not in str(refused.value)
