# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from steady_bench.command_line import SHOWN
from steady_bench.page import page
from steady_bench.stage import HERE


def test_a_page_holds_the_table_the_command_and_what_was_run() -> None:
    files = {f"tests/bench/{name}": (HERE / name).read_text() for name in SHOWN}
    made = page("2026-01-31, `tests/bench/run`", "| the table |", "3 of 4 goals met.", 7, files)
    assert "`tests/bench/run`" in made and "| the table |" in made and "3 of 4 goals met." in made
    assert "took turns, 7 times each" in made
    for text in files.values():
        assert text.strip().splitlines()[-1] in made
