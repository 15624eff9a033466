# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from collections.abc import Iterator

import pytest

from comparison.shell import Stopped
from steady_bench.command_line import main, play_all
from steady_bench.line import OURS, Line
from steady_bench.row import NotPlayed, Row
from steady_bench.rows import rows
from steady_lab.console import Console

GOOD = Line("good", "s", {OURS: [1.0]})


def row(name: str, error: Exception | None = None) -> Row:
    def play(_place: t.Any, runs: int) -> Iterator[Line]:
        assert runs == 3
        yield GOOD
        if error:
            raise error

    return Row(name, 1, play)


def test_a_row_that_fails_loses_neither_its_lines_nor_the_rows_after_it() -> None:
    rows = [row("first", NotPlayed("no room")), row("second", KeyError("kind")), row("third")]
    lines, missing = play_all(t.cast("t.Any", None), rows, 3, Console())
    assert len(lines) == 3
    assert missing == ["first", "second"]


def test_an_interrupt_ends_all_of_it() -> None:
    with pytest.raises(KeyboardInterrupt):
        play_all(t.cast("t.Any", None), [row("first", Stopped())], 3, Console())


def test_a_page_is_written_of_the_whole_only() -> None:
    for words in (["--write", "--row", "start"], ["--write", "--runs", "2"], ["--runs", "0"], ["--sizes", "many"]):
        with pytest.raises(SystemExit):
            main(words)


def test_rows_have_names_of_their_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    assert capsys.readouterr().out.split("\n")[:-1] == [row.name for row in rows()]
    assert len({row.name for row in rows()}) == len(rows())


def test_larger_fleets_are_said_to_take_longer() -> None:
    small, large = (next(row for row in rows(sizes) if row.name == "scale") for sizes in ((20, 100), (20, 100, 1000)))
    assert large.minutes > small.minutes + 10
