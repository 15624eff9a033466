# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import revisions
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic import routes
from ansible_collections.steady.rollout.tests.unit import samples
from ansible_collections.steady.rollout.tests.unit.crossing import Scene

Json = dict[str, t.Any]

OWN = routes.rules_of(samples.recorded("httproute"))
CLEAN = (["app"], ["app"], OWN)


def left(scene: Scene) -> tuple[list[str], list[str], list[Json]]:
    return scene.names("Deployment"), scene.names("Service"), list(scene.street.rules_)


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


def test_a_revision_of_the_history_that_has_the_bad_template_is_remembered_as_bad() -> None:
    scene = Scene()
    scene.upgraded("9.9", None, on_failure="keep")
    scene.upgraded("1.0", None)
    street = scene.street
    street.objects_[("Deployment", "app")]["metadata"]["annotations"].pop(revisions.OUTCOMES)
    scene.upgraded("9.9")
    assert "bad" in revisions.outcomes(street.objects_[("Deployment", "app")]).values()
