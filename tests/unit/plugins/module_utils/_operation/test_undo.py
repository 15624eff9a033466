# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import json
import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation import undo, waiting
from ansible_collections.steady.rollout.plugins.module_utils._operation.operate import start
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Settings
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, revisions
from ansible_collections.steady.rollout.plugins.module_utils._rollout import verdict as verdicts
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Finding
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds import statefulset
from ansible_collections.steady.rollout.plugins.module_utils._rollout.status import Status
from ansible_collections.steady.rollout.tests.unit.films import twists
from ansible_collections.steady.rollout.tests.unit.films.play import played, upgraded
from ansible_collections.steady.rollout.tests.unit.films.replay import Show, show

Json = dict[str, t.Any]


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


def test_what_somebody_paused_meanwhile_is_not_undone_for_it_would_not_move() -> None:
    stage = show("upgrade", twists.paused)
    outcome = upgraded(stage, timeout=30.0)
    assert "not complete after 30 s: it is paused" in outcome.message
    assert "It could not be undone: it is paused, so nothing would roll. Resume it first: kubectl" in outcome.message
    assert len(stage.cluster.bodies) == 1


def test_an_undo_that_is_forbidden_is_told_beside_the_cause() -> None:
    stage = show("image_not_found")
    stage.cluster.troubles = [None, errors.Forbidden("RBAC does not allow it.")]
    outcome = upgraded(stage, "9.9")
    assert "image not found" in outcome.message
    assert "It could not be undone: RBAC does not allow it." in outcome.message


def by_hand(*, doomed: bool) -> tuple[Show, undo.Undone]:
    """What is done about an upgrade of a StatefulSet whose pods people replace by deleting them."""
    stage = show("ordered_image_not_found")
    present = copy.deepcopy(stage.cluster.read(statefulset.RESOURCE, "shop", "app"))
    present["spec"]["updateStrategy"] = {"type": "OnDelete"}
    stage.film.scenes[stage.cluster._next]["object"]["spec"]["updateStrategy"] = {"type": "OnDelete"}
    revisions_there = stage.cluster.list(statefulset.scopes(present)[1])
    other = copy.deepcopy(revisions_there[0])
    other["metadata"].update(name="app-earlier", uid="earlier")
    other["revision"] = 0
    other["data"]["spec"]["template"]["spec"]["containers"][0]["image"] = "registry.lab:5000/app:0.9"
    seen = statefulset.gather(stage.film.reference, ([present], [*revisions_there, other], (), ()))
    found = Finding("image_not_found", "image not found", "", pod="app-2", severity="terminal")
    verdict = verdicts.Verdict("failed", "so it is", Status(False, ""), (found,) if doomed else ())
    roll = start(stage.ports, stage.film.reference, Settings())
    entries = revisions.history(statefulset, seen)
    return stage, undo.undo(roll, waiting.Waited(verdict, seen, 3), entries, verdicts.aim_at(present))


def test_what_only_waits_for_pods_to_be_deleted_is_not_undone() -> None:
    stage, undone = by_hand(doomed=False)
    assert undone.text.startswith("It was left as it is: nothing of the new version has failed.")
    assert (stage.cluster.bodies, undone.rolled_back) == ([], {})


def test_a_bad_version_that_people_bring_out_by_hand_gets_its_template_back_and_they_the_rest() -> None:
    stage, undone = by_hand(doomed=True)
    assert undone.text.startswith("Its template is that of revision 0 (0.9) again. Under OnDelete a pod takes it when")
    assert stage.cluster.bodies[0]["spec"]["template"]["spec"]["containers"][0]["image"].endswith(":0.9")
    assert stage.cluster.opened == 0
