# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.steady.rollout.tests.compare.comparison.page import fenced, page
from ansible_collections.steady.rollout.tests.compare.comparison.scenarios import SCENARIOS
from ansible_collections.steady.rollout.tests.compare.comparison.tools import TOOLS

PAGE = page("| the table |", {"": "2026-01-31", "Helm": "v4.3.1"}, 45, SCENARIOS, TOOLS)


def test_a_page_holds_the_table_its_date_and_every_version() -> None:
    assert "2026-01-31, Helm v4.3.1." in PAGE
    assert "| the table |" in PAGE
    assert "45 seconds" in PAGE


def test_a_page_holds_every_scenario_and_every_command() -> None:
    for scenario in SCENARIOS:
        assert f"| {scenario.name} | `{scenario.given}`" in PAGE
    for tool in TOOLS:
        for path in tool.files:
            assert path.read_text().strip().splitlines()[-1] in PAGE


def test_a_row_has_no_more_columns_than_its_head() -> None:
    rows = [line.replace("\\|", "") for line in PAGE.splitlines() if line.startswith("| ")]
    assert {row.count("|") for row in rows[1:]} == {6}


def test_a_block_leaves_out_the_lines_about_its_file() -> None:
    block = fenced("a.sh", "# SPDX-License-" + "Identifier: X\n# shellcheck shell=sh\n# Says why.\ntrue\n")
    assert block == "`tests/compare/a.sh`\n\n```sh\n# Says why.\ntrue\n```\n"
