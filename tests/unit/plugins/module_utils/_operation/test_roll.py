# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._operation.upgrade import Wanted, upgrade
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, revisions
from ansible_collections.steady.rollout.tests.unit.films import film as films
from ansible_collections.steady.rollout.tests.unit.films import record, twists
from ansible_collections.steady.rollout.tests.unit.films.replay import Show, show

Json = dict[str, t.Any]


def played(name: str) -> tuple[Show, Outcome]:
    """The operation of that film, once more."""
    stage = show(name)
    return stage, record.PLANS[name].act(stage.ports, stage.film.reference)


def without_version(body: Json) -> Json:
    meta = {key: value for key, value in body["metadata"].items() if key != "resourceVersion"}
    return {**body, "metadata": meta}


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
    assert [without_version(body).get("spec") for body in stage.cluster.bodies] == [body.get("spec") for body in filmed]


ROLLED_BACK = (
    "image_not_found",
    "never_ready",
    "crash_loop",
    "missing_key",
    "unschedulable",
    "quota",
    "no_command",
    "out_of_memory",
)


@pytest.mark.parametrize("name", ROLLED_BACK)
def test_a_failure_goes_back_to_the_last_good_revision_and_still_fails(name: str) -> None:
    stage, outcome = played(name)
    assert outcome.failed
    assert (outcome.rolled_back["version"], outcome.after["version"], outcome.before["version"]) == (
        "1.0",
        "1.0",
        "1.0",
    )
    assert (
        "Rolled back to revision 3 (registry.lab:5000/app:1.0); never fewer than 3 of its 3 pods were available."
        in outcome.message
    )
    recorded = json.loads(stage.cluster.bodies[1]["metadata"]["annotations"][revisions.OUTCOMES])
    assert sorted(recorded.values()) == [revisions.BAD, revisions.GOOD]


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


def test_kept_means_left_as_it_is_and_remembered_as_bad() -> None:
    stage, outcome = played("image_not_found_kept")
    assert "It was left as it is (on_failure: keep)." in outcome.message
    assert outcome.rolled_back == {}
    assert outcome.after["version"] == "9.9"
    assert "spec" not in stage.cluster.bodies[1]
    assert revisions.BAD in stage.cluster.bodies[1]["metadata"]["annotations"][revisions.OUTCOMES]


def test_paused_tells_how_to_resume_and_is_remembered_as_bad() -> None:
    stage, outcome = played("image_not_found_paused")
    assert "kubectl -n shop rollout resume deployment/app" in outcome.message
    assert stage.cluster.bodies[1]["spec"] == {"paused": True}
    assert revisions.BAD in stage.cluster.bodies[1]["metadata"]["annotations"][revisions.OUTCOMES]


def test_a_good_rollout_is_remembered_by_the_hash_of_its_template() -> None:
    stage, _outcome = played("upgrade")
    recorded = json.loads(stage.cluster.bodies[1]["metadata"]["annotations"][revisions.OUTCOMES])
    assert list(recorded.values()) == [revisions.GOOD, revisions.GOOD]


def upgraded(stage: Show, version: str = "2.0", **settings: t.Any) -> Outcome:
    return upgrade(stage.ports, stage.film.reference, Wanted(version), Settings(**settings))


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


def test_somebody_who_changes_it_just_before_the_undo_is_left_alone() -> None:
    stage = show("image_not_found")
    stage.cluster.troubles = [None, errors.Conflict("the object has been modified")]
    plain_patch = stage.cluster.patch

    def patch(*args: t.Any, **options: t.Any) -> Json:
        try:
            return plain_patch(*args, **options)
        except errors.Conflict:
            for item in stage.cluster.stage.objects.values():
                if item["kind"] == "Deployment" and stage.cluster.bodies:
                    item["spec"]["template"]["spec"]["containers"][0]["image"] = "registry.lab:5000/app:somebodys"
            raise

    stage.cluster.patch = patch  # type: ignore[method-assign]
    outcome = upgraded(stage, "9.9")
    assert "It could not be undone: somebody else has changed it in the meantime." in outcome.message
    assert len(stage.cluster.bodies) == 1


def test_an_undo_that_is_forbidden_is_told_beside_the_cause() -> None:
    stage = show("image_not_found")
    stage.cluster.troubles = [None, errors.Forbidden("RBAC does not allow it.")]
    outcome = upgraded(stage, "9.9")
    assert "image not found" in outcome.message
    assert "It could not be undone: RBAC does not allow it." in outcome.message


def test_without_a_cause_more_time_is_suggested() -> None:
    outcome = upgraded(show("upgrade", twists.stalled), timeout=30.0, on_failure="report")
    assert "not complete after 30 s" in outcome.message
    assert outcome.message.endswith("Next: No pod named a cause; if it only needs longer, give it more with timeout.")
