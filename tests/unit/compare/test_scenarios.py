# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

from ansible_collections.steady.rollout.tests.compare.comparison.scenarios import SCENARIOS
from ansible_collections.steady.rollout.tests.compare.comparison.tools import HERE, TOOLS


def functions(name: str) -> set[str]:
    return set(re.findall(r"^(\w+)\(\)", (HERE / "tools" / name).read_text(), re.MULTILINE))


def words(text: str) -> set[str]:
    """The first word of each command."""
    return {part.split()[0] for part in text.split("&&")}


def test_names_are_unique() -> None:
    assert len({scenario.name for scenario in SCENARIOS}) == len(SCENARIOS)


def test_a_failure_has_a_cause_to_name_and_leaves_the_old_version() -> None:
    for scenario in SCENARIOS:
        assert scenario.succeeds is not bool(scenario.cause), scenario.name
        assert scenario.succeeds or set(scenario.ends) == {"1.0"}, scenario.name


def test_no_expression_matches_what_a_tool_prints_anyway() -> None:
    said = "Waiting for deployment app rollout to finish: 1 out of 3 new replicas; Deployment/app not ready. status: InProgress; timed out"
    assert not [scenario.name for scenario in SCENARIOS if scenario.cause and re.search(scenario.cause, said, re.I)]


def test_every_tool_knows_every_word_that_is_measured() -> None:
    used = set[str]().union(*(words(scenario.when) for scenario in SCENARIOS))
    for tool in TOOLS:
        assert used <= functions(tool.script), tool.name


def test_what_is_given_is_made_of_known_words() -> None:
    used = set[str]().union(*(words(scenario.given) for scenario in SCENARIOS))
    assert used - {"kubectl"} <= functions("given.sh")
