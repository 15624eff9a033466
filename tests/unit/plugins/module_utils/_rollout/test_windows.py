# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, windows

Json = dict[str, t.Any]

VIENNA = {"time_zone": "Europe/Vienna"}
EVENINGS = {"rrule": "FREQ=WEEKLY;BYDAY=TU,TH;BYHOUR=22", "duration": "3h", **VIENNA}
HOLIDAYS = {"from": "2026-12-20", "until": "2027-01-06", "reason": "Christmas sale", **VIENNA}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


def asked(now: str, *opened: Json, freezes: t.Sequence[Json] = (), estimate: float = 300.0) -> str:
    return windows.refusal(windows.read(opened, freezes, estimate), utc(now))


def test_without_windows_and_freezes_it_is_always_the_time() -> None:
    assert asked("2026-11-23 10:00") == ""


def test_within_a_window_it_is_the_time_until_too_little_of_it_is_left() -> None:
    assert asked("2026-11-24 21:00", EVENINGS) == ""
    assert asked("2026-11-24 23:55", EVENINGS) == ""
    assert asked("2026-11-24 23:55:01", EVENINGS) != ""
    assert asked("2026-11-24 23:55:01", EVENINGS, estimate=0.0) == ""


def test_outside_the_next_opening_is_told_in_its_own_zone_and_in_utc() -> None:
    assert asked("2026-11-23 10:00", EVENINGS) == (
        "no maintenance window is open. The next time that is long enough begins Tue 2026-11-24 22:00 Europe/Vienna"
        " (2026-11-24 21:00 UTC)."
    )


def test_a_window_that_closes_too_soon_says_when_and_what_was_estimated() -> None:
    assert asked("2026-11-24 23:58", EVENINGS) == (
        "the time for changes ends Wed 2026-11-25 01:00 Europe/Vienna (2026-11-25 00:00 UTC), in 2 min, and this may take"
        " 5 min (estimate). The next time that is long enough begins Thu 2026-11-26 22:00 Europe/Vienna (2026-11-26 21:00 UTC)."
    )


def test_a_window_goes_on_over_midnight_and_over_the_turn_of_the_year() -> None:
    turn = {"rrule": "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31;BYHOUR=23", "duration": "4h"}
    assert asked("2027-01-01 02:00", turn) == ""
    assert asked("2027-01-01 03:00", turn) != ""


@pytest.mark.parametrize(
    ("zone", "night", "open_until"),
    [
        ("Europe/Vienna", "2027-03-27", "2027-03-28 05:00"),
        ("Europe/Vienna", "2026-10-24", "2026-10-25 04:00"),
        ("America/New_York", "2027-03-13", "2027-03-14 11:00"),
        ("America/New_York", "2026-10-31", "2026-11-01 10:00"),
        ("Australia/Sydney", "2026-10-03", "2026-10-03 20:00"),
        ("Australia/Sydney", "2027-04-03", "2027-04-03 19:00"),
    ],
)
def test_a_window_is_as_long_as_it_says_however_the_clocks_change_in_it(zone: str, night: str, open_until: str) -> None:
    nightly = {"rrule": "FREQ=DAILY;BYHOUR=22", "duration": "8h", "time_zone": zone}
    end = utc(open_until)
    calendar = windows.read([nightly], [], 0.0)
    assert windows.refusal(calendar, end - timedelta(seconds=1)) == ""
    assert windows.refusal(calendar, end - timedelta(hours=8)) == ""
    assert windows.refusal(calendar, end - timedelta(hours=8, seconds=1)) != ""
    assert windows.refusal(calendar, end + timedelta(seconds=1)) != ""
    assert night in f"{(end - timedelta(hours=8)).astimezone(calendar.windows[0].rule.zone)}"


def test_windows_that_touch_are_one() -> None:
    day = {"rrule": "FREQ=DAILY;BYHOUR=8", "duration": "4h"}
    noon = {"rrule": "FREQ=DAILY;BYHOUR=12", "duration": "1h"}
    assert asked("2026-11-23 11:58", day, noon) == ""
    assert asked("2026-11-23 11:58", day) != ""


def test_windows_in_several_zones_open_each_in_its_own() -> None:
    tokyo = {"rrule": "FREQ=DAILY;BYHOUR=2", "duration": "1h", "time_zone": "Asia/Tokyo"}
    assert asked("2026-11-23 17:30", EVENINGS, tokyo) == ""
    assert "Tue 2026-11-24 02:00 Asia/Tokyo" in asked("2026-11-23 16:00", EVENINGS, tokyo)


def test_a_freeze_wins_over_windows_and_says_what_for() -> None:
    assert asked("2026-12-22 21:30", EVENINGS, freezes=[HOLIDAYS]) == (
        "changes are frozen until Thu 2027-01-07 00:00 Europe/Vienna (2027-01-06 23:00 UTC) (Christmas sale). The next time that is"
        " long enough begins Thu 2027-01-07 22:00 Europe/Vienna (2027-01-07 21:00 UTC)."
    )


def test_a_freeze_that_begins_within_a_window_ends_it() -> None:
    freeze = {"from": "2026-11-24 23:00", "until": "2026-11-24 23:30", **VIENNA}
    assert asked("2026-11-24 21:50", EVENINGS, freezes=[freeze]) == ""
    refused = asked("2026-11-24 21:58", EVENINGS, freezes=[freeze])
    assert "ends Tue 2026-11-24 23:00" in refused and "begins Tue 2026-11-24 23:30" in refused


def test_a_freeze_alone_leaves_all_other_times() -> None:
    assert asked("2026-12-19 22:54", freezes=[HOLIDAYS]) == ""
    assert "ends Sun 2026-12-20 00:00" in asked("2026-12-19 22:58", freezes=[HOLIDAYS])
    assert asked("2027-01-06 23:00", freezes=[HOLIDAYS]) == ""


def test_moments_of_a_freeze_may_bring_their_own_offset() -> None:
    freeze = {"from": "2026-12-20T18:00:00Z", "until": "2026-12-20T21:00:00+02:00"}
    assert "until Sun 2026-12-20 19:00 UTC" in asked("2026-12-20 18:30", freezes=[freeze])


def test_windows_that_are_never_long_enough_are_given_up_after_some_years() -> None:
    short = {"rrule": "FREQ=DAILY;BYHOUR=1", "duration": "5m"}
    assert asked("2026-11-23 10:00", short, estimate=600.0).endswith(
        "No time that is long enough comes within 10 years."
    )
    over = {"rrule": "FREQ=DAILY;UNTIL=20250101T000000", "duration": "1h"}
    assert "No time that is long enough comes" in asked("2026-11-23 10:00", over)


@pytest.mark.parametrize(
    ("window", "freeze", "words"),
    [
        ({"duration": "soon"}, {}, "window[0].duration: 'soon' is not a length of time"),
        ({"duration": "0"}, {}, "window[0].duration: '0' is not possible"),
        ({}, {"from": "Christmas"}, "freezes[0].from: 'Christmas' is not possible; write a date or a date and time"),
        ({}, {"until": "2026-13-01"}, "freezes[0].until: '2026-13-01' is not possible"),
        ({}, {"until": "9999-12-31"}, "freezes[0].until: '9999-12-31' is not possible"),
        (
            {},
            {"until": "2026-12-01"},
            "freezes[0]: it ends (2026-12-01) before it begins (2026-12-20): write an earlier from, or a later until.",
        ),
        ({}, {"time_zone": "Mars"}, "freezes[0].time_zone: 'Mars' is not a time zone"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence(window: Json, freeze: Json, words: str) -> None:
    with pytest.raises(errors.InvalidInput) as refused:
        windows.read([{**EVENINGS, **window}], [{**HOLIDAYS, **freeze}], 0.0)
    assert words in str(refused.value)


@given(
    day=some.integers(0, 800),
    minute=some.integers(0, 1439),
    zone=some.sampled_from(["UTC", "Europe/Vienna", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]),
    estimate=some.integers(0, 4 * 3600),
)
def test_what_is_said_to_be_the_next_time_is_one_and_none_is_before(
    day: int, minute: int, zone: str, estimate: int
) -> None:
    """Each answer is held against the question asked again at the moment that it names, and a minute before."""
    now = utc("2026-01-01") + timedelta(days=day, minutes=minute)
    rules = (
        {"rrule": "FREQ=DAILY;BYHOUR=2;BYMINUTE=30", "duration": "3h"},
        {"rrule": "FREQ=WEEKLY;BYDAY=SU", "duration": "5h"},
    )
    calendar = windows.read([{**rule, "time_zone": zone} for rule in rules], [], float(estimate))
    refused = windows.refusal(calendar, now)
    if refused:
        named = refused.rpartition("begins ")[2].removesuffix(".")
        at = named.partition("(")[2].removesuffix(" UTC)") or named[4:].removesuffix(" UTC")
        assert utc(at) > now
        assert windows.refusal(calendar, utc(at)) == ""
        assert windows.refusal(calendar, max(now, utc(at) - timedelta(minutes=1))) != ""


def test_what_is_written_says_who_broke_the_glass_and_why() -> None:
    glass = {"reason": "login is broken", "at": "2026-11-23T10:00:00Z", "by": "ann@desk pid 7 (abc)", "user": "ann"}
    body = {"metadata": {"annotations": {"kubernetes.io/change-cause": "upgrade to 2.0"}}, "spec": {"replicas": 3}}
    written = windows.noted(body, glass)
    notes = written["metadata"]["annotations"]
    assert json.loads(notes["steady.rollout/break-glass"]) == glass
    assert notes["kubernetes.io/change-cause"] == "upgrade to 2.0 (break glass: login is broken)"
    assert written["spec"] == {"replicas": 3}
    assert list(windows.noted({"spec": {"replicas": 3}}, glass)["metadata"]["annotations"]) == [windows.BREAK_GLASS]


def test_nothing_is_noted_where_nothing_is_written_or_no_glass_was_broken() -> None:
    assert windows.noted({}, {"reason": "why"}) == {}
    assert windows.noted({"spec": {}}, {}) == {"spec": {}}
