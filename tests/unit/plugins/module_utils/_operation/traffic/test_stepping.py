# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic import stepping
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, objects, revisions, windows
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic import routes, state
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic.routes import Fork, Pin
from ansible_collections.steady.rollout.tests.unit import samples
from ansible_collections.steady.rollout.tests.unit.crossing import CANARY, Scene

Json = dict[str, t.Any]

OWN = routes.rules_of(samples.recorded("httproute"))
PAUSED: Json = {"type": "canary", "steps": [{"weight": 10, "for": "1s", "pause": True}, {"weight": 50, "for": "1s"}]}


def left(scene: Scene) -> tuple[list[str], list[str], list[Json]]:
    return scene.names("Deployment"), scene.names("Service"), list(scene.street.rules_)


CLEAN = (["app"], ["app"], OWN)


def test_weights_rise_step_by_step_and_the_route_ends_as_it_was() -> None:
    scene = Scene()
    outcome = scene.upgraded()
    assert (outcome.failed, outcome.changed, outcome.status) == (False, True, "complete"), outcome.message
    assert outcome.message == "Deployment shop/app upgraded from 1.0 to 2.0 by canary."
    assert scene.street.shares == [
        {"app": 1},
        {"app": 100, "app-canary": 0},
        {"app": 90, "app-canary": 10},
        {"app": 50, "app-canary": 50},
        {"app": 1},
    ]
    assert left(scene) == CLEAN
    assert scene.version == "2.0"


def test_pods_are_grown_before_their_weight_and_gone_after_it() -> None:
    scene = Scene()
    scene.upgraded()
    writes = scene.street.writes
    assert writes[:3] == ["create Deployment app-canary", "create Service app-canary", "patch Deployment app-canary"]
    assert writes[-2:] == ["delete Service app-canary", "delete Deployment app-canary"]
    assert writes[-3] == "patch HTTPRoute app"


def test_the_timeline_carries_the_weights() -> None:
    outcome = Scene().upgraded()
    weights = [entry["weights"]["new"] for entry in outcome.timeline if "weights" in entry]
    assert weights == [0, 10, 50, 0]


def test_each_steps_gates_are_in_the_result() -> None:
    outcome = Scene().upgraded()
    assert [(gate["gate"], gate["state"]) for gate in outcome.gates] == [
        ("hold (step 1)", "passed"),
        ("hold (step 2)", "passed"),
    ]


def test_an_image_that_does_not_exist_never_gets_a_request() -> None:
    scene = Scene()
    outcome = scene.upgraded("9.9")
    assert outcome.failed
    assert outcome.findings[0].code == "image_not_found"
    assert "at step 1 of 2: image not found" in outcome.message
    assert "All requests go to app (1.0), whose pods were not touched; the canary was removed." in outcome.message
    assert outcome.rolled_back["version"] == "1.0"
    assert scene.street.shares == [{"app": 1}]
    assert (left(scene), scene.version) == (CLEAN, "1.0")


def test_weights_go_first_and_pods_after_when_a_step_fails() -> None:
    scene = Scene()
    scene.street.spoils_at = 10
    outcome = scene.upgraded("2.0", timeout=5)
    assert outcome.failed
    writes = scene.street.writes
    drained = next(entry["seconds"] for entry in outcome.timeline if entry["text"].startswith("canary removed"))
    given = next(entry["seconds"] for entry in outcome.timeline if entry["text"].startswith("all requests go to app"))
    assert drained - given >= 5
    back = len(writes) - 1 - writes[::-1].index("patch HTTPRoute app")
    assert writes[back:] == ["patch HTTPRoute app", "delete Service app-canary", "delete Deployment app-canary"]
    assert left(scene) == CLEAN


def test_a_failure_that_is_kept_says_what_stays() -> None:
    scene = Scene()
    scene.street.spoils_at = 10
    outcome = scene.upgraded("2.0", timeout=5, on_failure="keep")
    assert "It was left as it is (on_failure: keep): 10 of 100 requests go to app-canary." in outcome.message
    assert "workload_rollback to undo it" in outcome.message
    assert scene.street.shares[-1] == {"app": 90, "app-canary": 10}


def test_a_failure_that_is_paused_takes_the_requests_back_and_leaves_the_pods() -> None:
    scene = Scene()
    scene.street.spoils_at = 10
    outcome = scene.upgraded("2.0", timeout=5, on_failure="pause")
    assert "Deployment app-canary stays to be looked at (on_failure: pause)" in outcome.message
    assert left(scene) == (["app", "app-canary"], ["app", "app-canary"], OWN)


def test_a_step_waits_for_approval_and_goes_on_with_it() -> None:
    scene = Scene()
    first = scene.upgraded("2.0", PAUSED)
    assert (first.failed, first.changed, first.status) == (False, True, stepping.WAITING)
    assert "waits for approval: canary of 2.0 at step 1 of 2, weight 10 of 100" in first.message
    before = list(scene.street.writes)
    again = scene.upgraded("2.0", PAUSED)
    assert (again.failed, again.changed, again.status) == (False, False, stepping.WAITING)
    assert scene.street.writes == before
    last = scene.upgraded("2.0", PAUSED, promote=True)
    assert (last.failed, last.status) == (False, "complete")
    assert (left(scene), scene.version) == (CLEAN, "2.0")


def test_outside_the_maintenance_windows_no_twin_is_made_and_a_broken_glass_is_recorded_when_it_is_promoted() -> None:
    scene = Scene()
    ever = {"from": "2000-01-01", "until": "2100-01-01"}
    closed = windows.read([], [ever], 0.0)
    with pytest.raises(errors.Refused, match="changes are frozen"):
        scene.upgraded(calendar=closed)
    assert left(scene) == CLEAN
    assert not scene.upgraded(calendar=closed, break_glass="login is broken").failed
    notes = objects.annotations_of(scene.street.objects_["Deployment", "app"])
    assert "login is broken" in notes[windows.BREAK_GLASS]


WRITES = 14


@pytest.mark.parametrize("after", range(1, WRITES + 1))
def test_killed_after_any_write_the_same_command_goes_on(after: int) -> None:
    scene = Scene()
    assert scene.killed(after)
    outcome = scene.upgraded()
    assert not outcome.failed, outcome.message
    assert (left(scene), scene.version) == (CLEAN, "2.0")
    weights = [share.get("app-canary", 0) for share in scene.street.shares]
    assert weights == [*sorted(weights[:-1]), 0]


def test_there_are_no_more_writes_than_were_tried() -> None:
    scene = Scene()
    assert not scene.killed(WRITES + 1)


@pytest.mark.parametrize("after", range(1, WRITES - 3))
def test_killed_after_any_write_another_version_begins_anew(after: int) -> None:
    scene = Scene()
    assert scene.killed(after)
    outcome = scene.upgraded("4.0")
    assert not outcome.failed, outcome.message
    assert (left(scene), scene.version) == (CLEAN, "4.0")


@pytest.mark.parametrize("after", range(1, WRITES - 4))
def test_killed_before_it_was_promoted_the_version_that_users_have_undoes_it(after: int) -> None:
    scene = Scene()
    assert scene.killed(after)
    for strategy in (CANARY, None):
        outcome = scene.upgraded("1.0", strategy)
        assert not outcome.failed, outcome.message
        assert (left(scene), scene.version) == (CLEAN, "1.0")


def test_without_a_strategy_a_canary_under_way_is_not_overlooked() -> None:
    scene = Scene()
    scene.upgraded("2.0", PAUSED)
    for version in ("2.0", "4.0"):
        with pytest.raises(errors.Refused, match="its canary of 2.0 is under way, at step 1 of 2, weight 10 of 100"):
            scene.upgraded(version, None)


def test_a_template_that_somebody_changed_meanwhile_is_not_overwritten() -> None:
    scene = Scene()
    hasty = {"type": "canary", "steps": [{"weight": 10, "for": "1s"}]}
    settle = scene.street.settle

    def meddle() -> None:
        deployment = scene.street.objects_[("Deployment", "app")]
        if routes.weights_of(scene.street.rules_[0]).get("app-canary") == 10:
            deployment["spec"]["template"]["metadata"]["labels"]["meddled"] = "yes"
            deployment["metadata"]["resourceVersion"] = "1"
        settle()

    scene.street.settle = meddle  # type: ignore[method-assign]
    outcome = scene.upgraded("2.0", hasty)
    assert "not promoted: somebody else changed the pod template of 1.0 while 2.0 was tried out" in outcome.message
    assert (left(scene), scene.version) == (CLEAN, "1.0")


def test_what_somebody_put_in_while_a_bad_version_was_tried_out_is_named_and_nothing_to_have_gone_back_to() -> None:
    scene = Scene()
    settle = scene.street.settle

    def meddle() -> None:
        if ("Deployment", "app-canary") in scene.street.objects_:
            deployment = samples.with_image(scene.street.objects_["Deployment", "app"], "2.1")
            deployment["metadata"]["resourceVersion"] = "1"
            scene.street.objects_["Deployment", "app"] = deployment
        settle()

    scene.street.settle = meddle  # type: ignore[method-assign]
    outcome = scene.upgraded("9.9")
    assert outcome.findings[0].code == "image_not_found"
    assert (
        "All requests go to app; the canary was removed. Somebody else changed the pod template of the Deployment meanwhile: it has 2.1"
        " and keeps it." in outcome.message
    )
    assert (outcome.after["version"], outcome.rolled_back) == ("2.1", {})
    assert (left(scene), scene.version) == (CLEAN, "2.1")


def test_the_state_is_kept_with_the_twin_alone() -> None:
    scene = Scene()
    scene.upgraded("2.0", PAUSED)
    kept = state.read(scene.street.objects_[("Deployment", "app-canary")])
    assert kept is not None
    assert (kept.step, kept.of, kept.weight, kept.waiting, kept.weights) == (1, 2, 10, True, (1,))
    notes = objects.annotations_of(scene.street.objects_[("Deployment", "app")])
    assert not [key for key in notes if "traffic" in key]


def test_a_revision_of_the_history_that_has_the_bad_template_is_remembered_as_bad() -> None:
    scene = Scene()
    scene.upgraded("9.9", None, on_failure="keep")
    scene.upgraded("1.0", None)
    street = scene.street
    street.objects_[("Deployment", "app")]["metadata"]["annotations"].pop(revisions.OUTCOMES)
    scene.upgraded("9.9")
    assert "bad" in revisions.outcomes(street.objects_[("Deployment", "app")]).values()


def test_both_sides_are_named_with_the_headers_that_pin_to_them() -> None:
    fork = Fork(
        "shop",
        "app",
        "app",
        "app-canary",
        to_twin=(Pin(routes.TRACK, "new-1"), Pin("x", "y")),
        to_stable=(Pin(routes.TRACK, "old-1"),),
    )
    assert stepping.sides(fork, "app", "app-canary") == {
        "new": {"service": "app-canary", "deployment": "app-canary", "headers": {routes.TRACK: "new-1"}},
        "old": {"service": "app", "deployment": "app", "headers": {routes.TRACK: "old-1"}},
    }
