# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._operation.rollback import Target, rollback
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, revisions
from ansible_collections.steady.rollout.tests.unit.films import twists
from ansible_collections.steady.rollout.tests.unit.films.replay import Show, show

Json = dict[str, t.Any]


def rolled_back(stage: Show, *, dry_run: bool = False, **target: t.Any) -> Outcome:
    return rollback(stage.ports, stage.film.reference, Target(**target), Settings(dry_run=dry_run))


def hashes(stage: Show) -> dict[str, str]:
    """Version to template hash, of the revisions there are."""
    return {
        item["spec"]["template"]["spec"]["containers"][0]["image"].rpartition(":")[2]: item["metadata"]["labels"][
            "pod-template-hash"
        ]
        for item in stage.cluster.stage.objects.values()
        if item["kind"] == "ReplicaSet"
    }


def knowing(stage: Show, **outcomes: str) -> Show:
    """The same, with that on record: version (with underscores) to outcome."""
    known = {
        hashes(stage)[version.replace("v", "").replace("_", ".")]: outcome for version, outcome in outcomes.items()
    }
    notes = stage.cluster.stage.objects[("Deployment", "app")]["metadata"]["annotations"]
    notes[revisions.OUTCOMES] = json.dumps(known)
    return stage


def test_the_button_goes_to_the_last_good_revision() -> None:
    stage = show("rollback")
    outcome = rolled_back(stage)
    assert outcome.message == "Deployment shop/app rolled back from revision 2 (2.0) to revision 1 (1.0)."
    assert (outcome.changed, outcome.after["revision"], outcome.after["version"]) == (True, 3, "1.0")


def test_only_the_template_and_what_is_remembered_are_written() -> None:
    stage = show("rollback")
    rolled_back(stage)
    body = stage.cluster.bodies[0]
    assert set(body["spec"]) == {"template"}
    assert set(body["metadata"]["annotations"]) == {revisions.CHANGE_CAUSE, revisions.OUTCOMES}
    assert body["metadata"]["annotations"][revisions.CHANGE_CAUSE] == "rollback to 1.0"


def test_the_revision_that_is_left_is_remembered_as_undone() -> None:
    stage = show("rollback")
    known = hashes(stage)
    rolled_back(stage)
    recorded = json.loads(stage.cluster.bodies[0]["metadata"]["annotations"][revisions.OUTCOMES])
    assert recorded == {known["1.0"]: revisions.GOOD, known["2.0"]: revisions.UNDONE}


def test_twice_in_a_row_never_flips_back() -> None:
    """2.0 runs, and it is 1.0 that somebody went back from."""
    stage = knowing(show("rollback"), v1_0=revisions.UNDONE, v2_0=revisions.GOOD)
    outcome = rolled_back(stage)
    assert not outcome.changed
    assert "runs revision 2 (2.0) already: it was rolled back before" in outcome.message
    assert all("spec" not in body for body in stage.cluster.bodies)


def test_a_redo_by_version_is_no_undo_of_the_undo() -> None:
    stage = knowing(show("rollback"), v1_0=revisions.UNDONE, v2_0=revisions.GOOD)
    known = hashes(stage)
    rolled_back(stage, version="1.0")
    recorded = json.loads(stage.cluster.bodies[0]["metadata"]["annotations"][revisions.OUTCOMES])
    assert recorded[known["2.0"]] == revisions.GOOD


@pytest.mark.parametrize("target", [{"revision": 1}, {"version": "1.0"}])
def test_a_revision_known_to_be_bad_needs_force(target: Json) -> None:
    stage = knowing(show("rollback"), v1_0=revisions.BAD)
    with pytest.raises(errors.Refused, match=r"revision 1 \(1\.0\) is known to have failed\. Set force: true"):
        rolled_back(stage, **target)
    assert rolled_back(stage, force=True, **target).changed


def test_with_only_bad_revisions_there_is_nothing_to_go_back_to() -> None:
    stage = knowing(show("rollback"), v1_0=revisions.BAD)
    with pytest.raises(
        errors.Refused,
        match=r"Deployment shop/app was not rolled back: there is nothing to roll back to.*1 \(1\.0, bad\)",
    ):
        rolled_back(stage)
    assert stage.cluster.bodies == []


@pytest.mark.parametrize(
    ("target", "words"),
    [({"revision": 9}, "there is no revision 9"), ({"version": "9.9"}, "no revision in its history runs version 9.9")],
)
def test_what_is_not_in_the_history_is_refused_with_what_is(target: Json, words: str) -> None:
    with pytest.raises(errors.Refused, match=words) as refused:
        rolled_back(show("rollback"), **target)
    assert "2 (2.0, current" in str(refused.value)
    assert "1 (1.0, good)" in str(refused.value)


@pytest.mark.parametrize("target", [{"revision": 2}, {"version": "2.0"}])
def test_where_it_is_already_nothing_changes(target: Json) -> None:
    stage = show("rollback")
    outcome = rolled_back(stage, **target)
    assert (outcome.changed, outcome.message) == (False, "Deployment shop/app runs revision 2 (2.0) already.")
    assert stage.cluster.bodies == []


def test_a_workload_with_one_revision_has_nothing_to_go_back_to() -> None:
    with pytest.raises(errors.Refused, match="nothing to roll back to: its history has no earlier revision"):
        rolled_back(show("upgrade"))


def test_check_mode_only_tries() -> None:
    stage = show("rollback")
    outcome = rolled_back(stage, dry_run=True)
    assert outcome.message == "Deployment shop/app would be rolled back from revision 2 (2.0) to revision 1 (1.0)."
    assert (stage.cluster.bodies, len(stage.cluster.tried), stage.cluster.opened) == ([], 1, 0)


def test_a_paused_workload_is_refused_with_the_way_out() -> None:
    stage = show("rollback", twists.beginning_with(spec={"paused": True}))
    with pytest.raises(errors.Refused, match="kubectl -n shop rollout resume deployment/app"):
        rolled_back(stage)


def test_a_rollback_is_never_rolled_back_itself() -> None:
    stage = show("rollback", twists.stalled)
    outcome = rollback(stage.ports, stage.film.reference, Target(), Settings(timeout=30.0))
    assert (outcome.failed, outcome.rolled_back, len(stage.cluster.bodies)) == (True, {}, 1)
    assert "It was left as it is." in outcome.message
