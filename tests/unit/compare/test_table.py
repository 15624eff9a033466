# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.steady.rollout.tests.compare.comparison.judgement import Judgement
from ansible_collections.steady.rollout.tests.compare.comparison.scenarios import Scenario
from ansible_collections.steady.rollout.tests.compare.comparison.table import SUMS, cell, table, totals

GOOD = Scenario("good", "install", "upgrade 2.0", True, {"2.0": 3})
BAD = Scenario("bad", "install", "upgrade 9.9", False, {"1.0": 3}, cause="not found")
NAMED = Judgement("right", 3.14, True, "")
UNNAMED = Judgement("right", 61.0, False, "1 x 9.9 broken")
DONE = Judgement("right", 2.0, None, "")


def test_a_cell_says_the_verdict_first_and_what_was_left_last() -> None:
    assert cell(NAMED) == "right, 3.1 s, cause named"
    assert cell(UNNAMED) == "right, 61.0 s, no cause, _1 x 9.9 broken_"
    assert cell(Judgement("not done", 2.0, None, "")) == "**not done**, 2.0 s"


def test_sums_count_verdicts_causes_and_states() -> None:
    assert totals([NAMED, UNNAMED, DONE]) == ("3 of 3", "1 of 2", "2 of 3", "66.1")


def test_a_table_has_a_row_per_scenario_and_columns_of_one_width() -> None:
    lines = table((GOOD, BAD), ["ours", "theirs"], {"good": {"ours": DONE}, "bad": {"ours": NAMED, "theirs": UNNAMED}})
    rows = lines.splitlines()
    assert [row.split("|")[1].strip().strip("-") for row in rows] == [
        "scenario",
        "",
        "good",
        "bad",
        *(f"**{name}**" for name in SUMS),
    ]
    assert len({len(row) for row in rows}) == 1
    assert "not played" in rows[2] and "61.0 s" in rows[3]
