# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from steady_bench.line import CORE, HELM, KUBECTL, OURS, Line, at_most
from steady_bench.table import cells, summary, table

MET, MISSED = at_most("under 2 s", 1.0, 2.0, " s"), at_most("under 1 s", 3.0, 1.0, " s")
LAG = Line(
    "return lag",
    "s",
    {OURS: [0.1, 0.2, 0.15], CORE: [2.0, 5.0], KUBECTL: [7.0, 7.0, 7.0], "the floor": [1.0, 1.0, 1.0]},
    (MET, MISSED),
    {HELM: "not played", CORE: "no cause"},
)


def test_a_line_has_its_figures_by_tool_and_the_others_besides() -> None:
    assert cells(LAG) == [
        "return lag, s",
        "0.100 / 0.150 / 0.200",
        "2.00 / 3.50 / 5.00 (2 x) no cause",
        "7.00",
        "not played",
        "the floor 1.00",
        "under 2 s: met (1.00 s of 2.00 s); under 1 s: **missed** (3.00 s of 1.00 s)",
    ]


def test_every_row_of_the_table_has_as_many_columns_as_its_head() -> None:
    head, _rule, row = table([LAG]).splitlines()
    assert head.count("|") == row.count("|")


def test_the_summary_names_what_was_missed_and_what_was_not_measured() -> None:
    assert summary([LAG], ["load"]) == "1 of 2 goals met; missed by: return lag; not measured in full: load."
    assert summary([Line("start", "s", {OURS: [1.0]}, (MET,))], []) == "1 of 1 goals met."
