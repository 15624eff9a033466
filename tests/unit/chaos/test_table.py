# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from chaos_trials.asks import ASKS
from chaos_trials.plan import Trial
from chaos_trials.play import Result
from chaos_trials.table import page, table

RESULTS = [
    Result(Trial("4f1d/1", "killed", ASKS[0]), True, (), (), 12.4),
    Result(Trial("4f1d/2", "killed", ASKS[1]), False, ("says that it failed",), ("Lease app", "file x"), 20.6),
    Result(Trial("4f1d/3", "cut", ASKS[0]), True, (), (), 9.0),
]


def test_a_row_says_how_many_verdicts_were_true_and_what_was_left() -> None:
    cells = [
        [cell.strip() for cell in row.strip("|").split("|")]
        for row in table(["killed", "cut", "frozen"], RESULTS).splitlines()
    ]
    assert cells[2:] == [
        ["killed", "2", "1", "1 of 2", "2", "21 s"],
        ["cut", "1", "1", "1 of 1", "0", "9 s"],
        ["**all**", "3", "2", "2 of 3", "2", "21 s"],
    ]


def test_the_page_says_how_it_is_played_again() -> None:
    made = page("| table |", "4f1d", {"": "2026-11-23", "Kubernetes": "v1"}, {"killed": "A module ends."}, 11.6)
    assert "2026-11-23, Kubernetes v1. `make chaos SEED=4f1d`, 12 minutes.\n\n| table |\n" in made
    assert "- **killed**: A module ends." in made
    assert "make chaos SEED=4f1d/17" in made
    assert "{" not in made
