# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from steady_bench.causes import CAUSES
from steady_bench.line import CORE, HELM, KUBECTL
from steady_bench.naming import Named, line_of
from steady_bench.table import cells

PEERS = {CORE: Named(120.0, False), KUBECTL: Named(60.0, False), HELM: Named(118.0, True)}


def goals(*seconds: float, words: bool = True) -> list[bool]:
    line = line_of(CAUSES[0], [Named(each, words) for each in seconds], PEERS)
    return [goal.met for goal in line.goals]


def test_the_goals_are_about_the_median_and_the_peer() -> None:
    assert goals(0.5, 2.9, 9.0) == [True, True]
    assert goals(3.1) == [False, True]
    assert goals(6.1) == [False, False]


def test_a_cause_that_was_not_named_meets_no_goal() -> None:
    assert goals(0.1, words=False) == [False, False]


def test_who_names_nothing_is_said_not_to() -> None:
    found = cells(line_of(CAUSES[0], [Named(0.5, True)], PEERS))
    assert found[1:5] == ["0.500", "120 not named", "60.0 not named", "118"]


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.name)
def test_a_cause_is_one_change_of_a_deployment_in_the_namespace(cause: object) -> None:
    made = cause.deployment("bench-1")  # type: ignore[attr-defined]
    assert made["metadata"] == {"name": "app", "namespace": "bench-1"}
    assert made["spec"]["selector"]["matchLabels"] == made["spec"]["template"]["metadata"]["labels"]
    assert made["spec"]["template"]["spec"]["containers"][0]["name"] == "app"
