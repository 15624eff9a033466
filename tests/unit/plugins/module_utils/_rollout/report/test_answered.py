# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout.report import answered, colours, record
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._rollout.report import examples


def drawn(*results: examples.Json) -> str:
    report = record.report_of("t", record.entries_of(results, {}))
    return answered.section(report.traffic[0], report.stories, "t", colours.palette(report))


def test_rollouts_and_requests_share_one_axis() -> None:
    told = drawn(*examples.day())
    for name in ("Rollouts", "Who answered", "Failed requests per second", "How long an answer took"):
        assert f">{name}</title>" in told
    assert "14 of 6500 requests failed (reset: the connection was closed" in told


def test_where_nothing_failed_no_picture_says_so() -> None:
    told = drawn(examples.traffic([], 5))
    assert "Failed requests per second" not in told and "None of 250 requests failed." in told


def test_answers_that_tell_no_version_are_drawn_all_the_same() -> None:
    result = examples.traffic([], 3)
    for second in result["per_second"]:
        second["versions"], second["latency_ms"] = {}, None
    told = drawn({**result, "versions": {}})
    assert "answered" in told and "no version told" in told and "How long an answer took" not in told


@pytest.mark.parametrize(
    ("value", "top"), [(0.0, 1.0), (0.7, 1.0), (1.0, 1.0), (13.0, 20.0), (100.0, 100.0), (501.0, 1000.0)]
)
def test_an_axis_ends_at_a_round_number(value: float, top: float) -> None:
    assert answered.nice(value) == top


def test_colour_says_how_it_turned_out() -> None:
    stories = record.report_of("t", record.entries_of([*examples.day(), {"failed": True, "msg": "no"}], {})).stories
    assert {story.outcome: answered.mood(story) for story in stories} == {
        "complete": "is-good",
        "rolled back": "is-hold",
        "failed": "is-bad",
    }
