# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic import routes, state
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


def test_the_state_is_kept_with_the_twin_alone() -> None:
    scene = Scene()
    scene.upgraded("2.0", PAUSED)
    kept = state.read(scene.street.objects_[("Deployment", "app-canary")])
    assert kept is not None
    assert (kept.step, kept.of, kept.weight, kept.waiting, kept.weights) == (1, 2, 10, True, (1,))
    notes = objects.annotations_of(scene.street.objects_[("Deployment", "app")])
    assert not [key for key in notes if "traffic" in key]
