# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.steady.rollout.plugins.module_utils._rollout.report.table import table, unfolded


def test_a_table_names_its_rows_and_columns_and_itself() -> None:
    made = table("Gates", ("Gate", "Took"), [("http", "1 s")], ("", "n"))
    assert "<caption>Gates</caption>" in made
    assert '<th scope="col" class="n">Took</th>' in made
    assert '<th scope="row" class="">http</th><td class="n">1 s</td>' in made
    assert 'role="region" aria-label="Gates" tabindex="0"' in made


def test_a_long_table_is_folded() -> None:
    assert unfolded("More", "Gates", ("Gate",), [("http",)]).startswith("<details><summary>More</summary>")
