# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, objects, windows
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic import routes
from ansible_collections.steady.rollout.tests.unit import samples
from ansible_collections.steady.rollout.tests.unit.crossing import Scene

Json = dict[str, t.Any]

OWN = routes.rules_of(samples.recorded("httproute"))
CLEAN = (["app"], ["app"], OWN)


def left(scene: Scene) -> tuple[list[str], list[str], list[Json]]:
    return scene.names("Deployment"), scene.names("Service"), list(scene.street.rules_)


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


def test_a_promotion_that_fails_takes_the_requests_back_before_the_pods() -> None:
    scene = Scene()
    scene.street.breaks_when_promoted = True
    outcome = scene.upgraded("2.0", timeout=5)
    assert outcome.failed
    writes = scene.street.writes
    promoted = writes.index("patch Deployment app")
    assert writes[promoted + 1 : promoted + 3] == ["patch HTTPRoute app", "patch Deployment app"]
    assert outcome.message.endswith("All requests are back at app, and Deployment app-canary was removed.")
    assert (scene.version, scene.names("Deployment"), scene.names("Service")) == ("1.0", ["app"], ["app"])


def test_a_promotion_that_fails_and_is_kept_says_what_stays() -> None:
    scene = Scene()
    scene.street.breaks_when_promoted = True
    outcome = scene.upgraded("2.0", timeout=5, on_failure="keep")
    assert outcome.message.endswith("run the same again to go on, or workload_rollback to undo all.")
    assert scene.names("Deployment") == ["app", "app-canary"]
