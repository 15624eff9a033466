# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from traffic_bench.figures import Figures, Phase
from traffic_bench.page import catches_table, page, rows_table, summary
from traffic_bench.play import Result
from traffic_bench.rows import ARGO, OURS, Catch, Load, Row

UPGRADE = Row("upgrade", "upgrade 2.0", "2.0")
SCALE = Row("scale", "scale 8", "1.0")
REFERENCE = Row("reference", "set_image 2.0", "2.0", loses=True)
CATCHES = (Catch("5 % errors", OURS, "2.1", "a", "b"), Catch("5 % errors", ARGO, "2.1", "a", "b"))


def result(failed: dict[str, int], during: float = 4.0, fault: str = "") -> Result:
    phase = Phase(4, 20000, {}, {"1.0": 20000}, 1.25, 3.0)
    phases = {
        "before": phase,
        "during": Phase(8, 40000, failed, {"1.0": 39000, "2.1": 1000}, 1.5, during),
        "after": phase,
    }
    return Result(Figures(phases, {"1.0": (0, 16), "2.1": (6.0, 8.5)}, 80000, failed, 5000), 7.5, fault)


RESULTS = {"upgrade": result({}), "scale": result({}, 9.0), "reference": result({"wrk: cut": 1500})}
CAUGHT = {
    ("5 % errors", OURS): result({"kept: status 500": 80}),
    ("5 % errors", ARGO): result({"kept: status 500": 900}),
}


def row(table: str, name: str) -> list[str]:
    (line,) = [line for line in table.splitlines() if line.startswith(f"| {name} ")]
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_a_row_has_its_figures_before_during_and_after() -> None:
    table = rows_table((UPGRADE, SCALE, REFERENCE), RESULTS)
    assert row(table, "upgrade") == [
        "upgrade",
        "8",
        "80,000",
        "5,000",
        "0",
        "1.2 / 1.5 / 1.2",
        "3.0 / 4.0 / 3.0",
        "met",
    ]
    assert row(table, "scale")[-1] == "**missed**: p99 3.0 times that before"
    assert row(table, "reference")[4] == "1,500 (cut 1,500)"
    assert row(table, "reference")[-1] == "met, it loses"


def test_a_row_that_ends_otherwise_says_so_and_a_row_that_was_not_played_is_not_there() -> None:
    table = rows_table((UPGRADE, SCALE), {"upgrade": result({}, fault="exit code 2")})
    assert row(table, "upgrade")[-1] == "**missed**: exit code 2"
    assert len(table.splitlines()) == 3


def test_a_summary_leaves_out_the_reference() -> None:
    said = summary((UPGRADE, SCALE, REFERENCE), RESULTS)
    assert said.startswith("160,000 requests in 2 rows, 0 failed; goals met in 1 of 2; the slowest saw 5,000")
    assert summary((REFERENCE,), RESULTS) == ""


def test_bad_canaries_stand_side_by_side() -> None:
    ours, theirs = catches_table(CATCHES, CAUGHT).splitlines()[2:]
    assert [cell.strip() for cell in ours.split("|")][2:8] == [
        OURS,
        "4.5",
        "2.5",
        "1,000",
        "80,000",
        "80 (status 500 80), 0.10%",
    ]
    assert ours.endswith("met |") or "met  " in ours
    assert "**missed**: 1.12% of all requests failed" in theirs


def test_a_page_holds_tables_and_every_file_that_was_run() -> None:
    made = page(
        "2026-01-31, wrk 4.",
        Load(wrk=1500),
        ("|rows|", "line", "|canaries|"),
        {"a.sh": "# SPDX X\ntrue\n", "b.yml": "---\na: 1\n"},
        4.0,
    )
    assert "2026-01-31, wrk 4.\n\n|rows|\n\nline\n" in made
    assert "`a.sh`\n\n```bash\ntrue\n```" in made
    assert "`b.yml`\n\n```yaml\na: 1\n```" in made
    assert "wrk 1,500 on kept connections, 500 on kept and 500 on new ones" in made
