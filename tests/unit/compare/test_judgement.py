# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.steady.rollout.tests.compare.comparison import judgement
from ansible_collections.steady.rollout.tests.compare.comparison.judgement import Played, judge
from ansible_collections.steady.rollout.tests.compare.comparison.scenarios import Scenario
from ansible_collections.steady.rollout.tests.compare.comparison.state import State

GOOD = Scenario("good", "install", "upgrade 2.0", True, {"2.0": 3})
BAD = Scenario("bad", "install", "upgrade 9.9", False, {"1.0": 3}, cause="not found")
KEPT = Scenario("kept", "install", "rollback", True, {"1.0": 3}, keeps=("team", "on-call"))
ON_OLD = State({"1.0": 3}, {}, "1.0", frozenset())
ON_NEW = State({"2.0": 3}, {}, "2.0", frozenset())


@pytest.mark.parametrize(
    ("code", "state", "verdict"),
    [
        (0, ON_NEW, "right"),
        (0, ON_OLD, "wrong: says done"),
        (1, ON_NEW, "wrong: says failed"),
        (1, ON_OLD, "not done"),
        (None, ON_NEW, "wrong: no end"),
    ],
)
def test_where_something_can_succeed_it_has_to_be_done_and_said(code: int | None, state: State, verdict: str) -> None:
    assert judge(GOOD, Played(code, "", 1), state).verdict == verdict


@pytest.mark.parametrize(("code", "verdict"), [(0, "wrong: says done"), (2, "right"), (None, "wrong: no end")])
def test_where_nothing_can_succeed_a_failure_is_right(code: int | None, verdict: str) -> None:
    assert judge(BAD, Played(code, "", 1), ON_OLD).verdict == verdict


def test_a_cause_is_named_when_it_is_printed_whatever_its_case() -> None:
    assert judge(BAD, Played(1, "app:9.9: Not Found", 1), ON_OLD).cause is True
    assert judge(BAD, Played(1, "timed out waiting for the condition", 1), ON_OLD).cause is False
    assert judge(GOOD, Played(0, "not found", 1), ON_NEW).cause is None


@pytest.mark.parametrize(
    ("state", "left"),
    [
        (ON_OLD, ""),
        (State({"1.0": 3}, {"9.9": 1}, "9.9", frozenset()), "3 x 1.0, 1 x 9.9 broken"),
        (State({"1.0": 1, "2.0": 2}, {}, "2.0", frozenset()), "1 x 1.0 + 2 x 2.0"),
        (State({}, {}, "1.0", frozenset()), "no pod"),
        (State({"1.0": 3}, {}, "9.9", frozenset()), "9.9 in the template"),
    ],
)
def test_what_is_left_is_how_the_state_differs_from_the_one_that_should_be(state: State, left: str) -> None:
    assert judgement.left_over(BAD, state) == left


def test_a_lost_annotation_is_a_rollback_that_is_not_done() -> None:
    found = judge(KEPT, Played(0, "", 1), State({"1.0": 3}, {}, "1.0", frozenset({"team"})))
    assert (found.verdict, found.left) == ("wrong: says done", "lost: on-call")
