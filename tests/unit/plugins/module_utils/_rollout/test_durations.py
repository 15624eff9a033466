# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.steady.rollout.plugins.module_utils._rollout import durations, errors


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("5m", 300),
        ("1h", 3600),
        ("1h30m", 5400),
        ("1h30m15s", 5415),
        ("500ms", 0.5),
        ("1s500ms", 1.5),
        ("1.5s", 1.5),
        ("30", 30),
        (30, 30),
        (0.25, 0.25),
        (" 90s ", 90),
    ],
)
def test_every_way_to_write_a_duration_is_seconds(text: str | float, seconds: float) -> None:
    assert durations.parse(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "text", ["", "-", "s", "m5", "5 m", "5x", "five", "1m1h", "5ms5s", "1e3", "inf", "nan", "True"]
)
def test_nonsense_is_refused_with_the_option_and_the_way_to_write_it(text: str) -> None:
    with pytest.raises(errors.InvalidInput, match=r"^timeout: .* is not a length of time; write it as 500ms, 90s"):
        durations.parse(text, what="timeout")


@pytest.mark.parametrize("text", ["0", "0s", "-5s", "-1", 0, -3])
def test_nothing_and_less_than_nothing_are_refused(text: str | int) -> None:
    with pytest.raises(errors.InvalidInput, match="must be more than 0"):
        durations.parse(text, what="timeout")


def test_a_minimum_of_zero_allows_none() -> None:
    assert durations.parse("0s", minimum=0) == 0


def test_shorter_than_the_minimum_is_refused() -> None:
    with pytest.raises(errors.InvalidInput, match="duration: '500ms' is too short, it must be at least 1s"):
        durations.parse("500ms", minimum=1)


def test_longer_than_a_year_is_refused() -> None:
    with pytest.raises(errors.InvalidInput, match="at most a year"):
        durations.parse("99999999999h")


UNITS = st.lists(st.sampled_from(["h", "m", "s", "ms"]), unique=True, min_size=1)


@given(UNITS, st.data())
def test_what_is_written_largest_unit_first_is_the_sum_of_its_parts(units: list[str], data: st.DataObject) -> None:
    size = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
    parts = [(data.draw(st.integers(1, 500)), unit) for unit in sorted(units, key=size.__getitem__, reverse=True)]
    text = "".join(f"{number}{unit}" for number, unit in parts)
    assert durations.parse(text) == pytest.approx(sum(number * size[unit] for number, unit in parts))


@given(st.text(max_size=12) | st.floats() | st.integers())
def test_anything_is_a_length_of_time_or_invalid_input(text: str | float) -> None:
    with contextlib.suppress(errors.InvalidInput):
        assert 0 < durations.parse(text) <= durations.LONGEST
