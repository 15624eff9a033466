# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, templates
from ansible_collections.steady.rollout.tests.unit.films import film as films
from ansible_collections.steady.rollout.tests.unit.films import record, twists
from ansible_collections.steady.rollout.tests.unit.films.play import played, upgraded
from ansible_collections.steady.rollout.tests.unit.films.replay import show

Json = dict[str, t.Any]


def timeless(body: Json) -> t.Any:
    """The spec of a write, without the moment of a restart."""
    spec = copy.deepcopy(body.get("spec"))
    notes = ((spec or {}).get("template") or {}).get("metadata", {}).get("annotations", {})
    if templates.RESTARTED in notes:
        notes[templates.RESTARTED] = "now"
    return spec


@pytest.mark.parametrize("name", list(record.PLANS))
def test_every_film_ends_as_it_did(name: str) -> None:
    stage, outcome = played(name)
    ends = stage.film.about["ends"]
    assert outcome.failed is (ends != "complete"), outcome.message
    assert outcome.status == ("failed" if outcome.failed else "complete")
    if outcome.failed:
        assert outcome.findings[0].code == ends
    assert outcome.changed
    assert stage.cluster.opened == stage.cluster.closed


@pytest.mark.parametrize("name", list(record.PLANS))
def test_what_is_written_is_what_was_written(name: str) -> None:
    stage, _outcome = played(name)
    filmed = [scene["body"] for scene in films.load(name).scenes if "body" in scene]
    assert [set(body["metadata"].get("annotations", {})) for body in stage.cluster.bodies] == [
        set(body["metadata"].get("annotations", {})) for body in filmed
    ]
    assert list(map(timeless, stage.cluster.bodies)) == list(map(timeless, filmed))


def test_a_report_is_asked_happened_cause_done_next() -> None:
    _stage, outcome = played("image_not_found")
    asked, cause, done, following = outcome.message.splitlines()
    assert asked.startswith("Upgrade of Deployment shop/app from 1.0 to 9.9 failed after ")
    assert asked.endswith("s: image not found.")
    assert cause.startswith("  pod app-")
    assert "registry.lab:5000/app:9.9" in cause
    assert done.startswith("Rolled back to revision 3")
    assert following == "Next: Push the image, or choose a tag that the registry has."


def test_the_last_words_of_a_crashing_container_are_in_the_report() -> None:
    _stage, outcome = played("crash_loop")
    assert outcome.findings[0].logs
    assert f"  log: {outcome.findings[0].logs[-1]}" in outcome.message


def test_the_timeline_tells_the_whole_story_in_order() -> None:
    _stage, outcome = played("image_not_found")
    texts = [entry["text"] for entry in outcome.timeline]
    told = [
        next(index for index, text in enumerate(texts) if text.startswith(words))
        for words in (
            "1.0 -> 9.9",
            "image not found",
            "failed: image not found",
            "rolling back to revision 1 (1.0), last good",
            "rolled back to",
        )
    ]
    assert told == sorted(told)


@pytest.mark.parametrize(
    ("twist", "words"),
    [
        (twists.superseded, "somebody else (kubectl-set) changed its pod template"),
        (twists.deleted, "it was deleted while"),
    ],
)
def test_what_is_no_longer_what_was_asked_for_is_not_touched(twist: twists.Twist, words: str) -> None:
    stage = show("upgrade", twist)
    outcome = upgraded(stage)
    assert outcome.failed
    assert words in outcome.message
    assert "Nothing was undone: the workload is no longer the one that was asked for." in outcome.message
    assert len(stage.cluster.bodies) == 1


def test_without_a_cause_more_time_is_suggested() -> None:
    outcome = upgraded(show("upgrade", twists.stalled), timeout=30.0, on_failure="report")
    assert "not complete after 30 s" in outcome.message
    assert outcome.message.endswith("Next: No pod named a cause; if it only needs longer, give it more with timeout.")


def test_a_version_of_which_no_pod_has_run_is_not_known_to_be_good() -> None:
    stage = show("upgrade", twists.wanting_nothing)
    outcome = upgraded(stage)
    assert outcome.status == "complete"
    assert len(stage.cluster.bodies) == 1


def test_what_nobody_could_see_at_the_deadline_is_not_undone() -> None:
    stage = show("upgrade", twists.stalled)
    listed = stage.cluster.list

    def gone_later(scope: t.Any) -> list[Json]:
        if stage.clock.at > 10:
            raise errors.Unreachable("API server 10.0.0.1:6443 gave no usable answer.")
        return listed(scope)

    stage.cluster.list = gone_later  # type: ignore[method-assign]
    outcome = upgraded(stage, timeout=20.0)
    assert (outcome.failed, outcome.changed, outcome.findings, outcome.rolled_back) == (True, True, (), {})
    assert "not complete after 20 s: API server 10.0.0.1:6443 gave no usable answer." in outcome.message
    assert "Nothing was undone: what nobody can see may be complete by now." in outcome.message
    assert len(stage.cluster.bodies) == 1
