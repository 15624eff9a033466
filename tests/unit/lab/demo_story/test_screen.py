# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.steady.rollout.lab.demo_story import screen
from ansible_collections.steady.rollout.lab.demo_story.figures import Second
from ansible_collections.steady.rollout.lab.demo_story.screen import Row, Style

PLAIN = Style()


@pytest.mark.parametrize(
    ("versions", "shown"),
    [
        ({"1.0": 50}, "░░░░░░░░░░"),
        ({"2.0": 50}, "██████████"),
        ({"1.0": 25, "2.0": 25}, "░░░░░█████"),
        ({"1.0": 49, "2.0": 1}, "░░░░░░░░░█"),
        ({"1.0": 1, "2.0": 49}, "░█████████"),
        ({"1.0": 16, "2.0": 33}, "░░░███████"),
        ({}, "          "),
    ],
)
def test_a_bar_shows_each_versions_share(versions: dict[str, int], shown: str) -> None:
    assert screen.share_bar(versions, ["1.0", "2.0"], PLAIN, width=10) == shown


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [("utf-8", "░░░░█████"), ("ascii", "....#####"), ("latin-1", "....#####"), (None, "....#####")],
)
def test_a_bar_is_made_of_what_the_terminal_has(encoding: str | None, shown: str) -> None:
    style = Style(glyphs=screen.glyphs_for(encoding))
    assert screen.share_bar({"1.0": 4, "2.0": 5}, ["1.0", "2.0"], style, width=9) == shown


@pytest.mark.parametrize("counts", [[1, 1, 1], [7, 0, 3], [99, 1, 1], [1, 2, 3, 4, 5], [1] * 10])
def test_a_bar_is_always_full(counts: list[int]) -> None:
    versions = {f"{number}.0": count for number, count in enumerate(counts) if count}
    assert len(screen.share_bar(versions, [f"{number}.0" for number in range(len(counts))], PLAIN, width=10)) == 10


def test_without_colours_a_second_has_no_control_codes() -> None:
    line = screen.second_line(Second(0.0, 50, {"reset": 2}, {"1.0": 20, "2.0": 28}), ["1.0", "2.0"], PLAIN)
    assert line.isprintable()


def test_a_second_is_one_line_with_shares_requests_and_failures() -> None:
    good = screen.second_line(Second(0.0, 50, {}, {"1.0": 20, "2.0": 30}), ["1.0", "2.0"], PLAIN)
    assert good.endswith("1.0  40 %  2.0  60 %     50 requests")
    bad = screen.second_line(Second(0.0, 50, {"reset": 2}, {"1.0": 48}), ["1.0", "2.0"], PLAIN)
    assert bad.endswith("1.0 100 %                50 requests  2 FAILED (2 reset)")
    assert "\n" not in good + bad


def test_a_second_without_an_answer_is_told() -> None:
    line = screen.second_line(Second(0.0, 50, {"connect": 50}, {}), ["1.0"], PLAIN)
    assert line.endswith("50 requests  50 FAILED (50 connect)")


def test_colours_are_for_terminals_only() -> None:
    assert "\033" not in screen.heading("5", "Upgrade", "make demo", PLAIN)
    coloured = screen.heading("5", "Upgrade", "make demo", Style(colour=True))
    assert "\033[1m" in coloured
    assert screen.plain(coloured) == screen.heading("5", "Upgrade", "make demo", PLAIN)


def test_the_table_lines_up() -> None:
    rows = [
        Row("deploy 1.0", 4.25, None, None, "-", "changed"),
        Row("upgrade to 2.0", 12.0, 600, 0, "1.0, 2.0", "changed"),
    ]
    assert screen.table(rows, PLAIN) == [
        "step            seconds  requests  failed  versions seen  outcome",
        "-----------------------------------------------------------------",
        "deploy 1.0          4.2         -       -  -              changed",
        "upgrade to 2.0     12.0       600       0  1.0, 2.0       changed",
    ]


def test_times_are_told_as_finely_as_asked() -> None:
    assert screen.time_of_day(1700000000.26, 1).endswith(":20.2")
    assert screen.time_of_day(1700000000.97, 3).endswith(":20.970")
    assert len(screen.time_of_day(1700000000.97)) == 8
    assert screen.minutes(125.9) == "02:05"
