# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout.report import story
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._rollout.report import examples


def test_a_release_is_told_with_what_it_changed() -> None:
    told = story.story_of(examples.told("upgrade"), examples.RUN)
    assert (told.workload, told.outcome, told.change, told.after) == (
        "Deployment shop/app",
        "complete",
        "1.0 → 2.0",
        "2.0",
    )
    assert told.began == examples.BEGIN
    assert told.ended == pytest.approx(examples.BEGIN + told.seconds)
    assert told.good


def test_what_undid_itself_still_says_what_was_asked_for() -> None:
    told = story.story_of(examples.told("image_not_found"), {})
    assert (told.outcome, told.change, told.after) == ("rolled back", "1.0 → 9.9", "1.0")
    assert told.following.startswith("Push the image")
    assert not told.good


@pytest.mark.parametrize(
    ("result", "outcome"),
    [
        ({"status": "complete"}, "unchanged"),
        ({"changed": True, "status": ""}, "predicted"),
        ({"changed": True, "status": "paused"}, "paused"),
        ({"failed": True, "status": "interrupted"}, "interrupted"),
        ({"status": "not_begun"}, "not begun"),
        ({"failed": True}, "failed"),
    ],
)
def test_every_way_to_end_has_its_word(result: story.Json, outcome: str) -> None:
    assert story.story_of(result, {}).outcome == outcome


@pytest.mark.parametrize("odd", [None, 7, "text", [1], {"a": 1}, float("nan")])
def test_odd_fields_are_no_obstacle(odd: object) -> None:
    fields = "msg workload before after status findings gates rolled_back seconds timeline".split()
    story.story_of(dict.fromkeys(fields, odd), {})
    story.story_of(
        {"timeline": [{"at": odd, "seconds": odd, "text": odd, "pods": odd}], "rolled_back": {"gates": odd}}, {}
    )


def test_a_rollback_takes_back_the_release_before_it_and_no_other() -> None:
    told = [story.story_of(examples.told(name), {}) for name in ("upgrade", "rollback", "rollback", "image_not_found")]
    assert story.undone_by(told) == {1: 0}
    other = story.story_of({**examples.told("rollback"), "workload": {"name": "other"}}, {})
    assert story.undone_by([told[0], other]) == {}
