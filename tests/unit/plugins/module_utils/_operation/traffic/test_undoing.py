# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation import rollback
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.tests.unit.crossing import REFERENCE, Scene

Json = dict[str, t.Any]

PAUSED: Json = {"type": "canary", "steps": [{"weight": 10, "for": "1s", "pause": True}]}


def rolled_back(scene: Scene, target: rollback.Target | None = None, **settings: t.Any) -> Outcome:
    return rollback.rollback(scene.ports, REFERENCE, target or rollback.Target(), Settings(**settings))


def test_a_rollback_gives_the_requests_back_and_rolls_no_stable_pod() -> None:
    scene = Scene()
    scene.upgraded("2.0", PAUSED)
    before = len(scene.street.writes)
    outcome = rolled_back(scene)
    assert (outcome.failed, outcome.changed) == (False, True), outcome.message
    assert outcome.message == "Deployment shop/app back on 1.0 with all requests; the canary of 2.0 is undone."
    mine = scene.street.writes[before:]
    assert mine[:3] == ["patch HTTPRoute app", "delete Service app-canary", "delete Deployment app-canary"]
    assert (scene.version, scene.names("Deployment")) == ("1.0", ["app"])


def test_in_check_mode_nothing_is_ended() -> None:
    scene = Scene()
    scene.upgraded("2.0", PAUSED)
    before = list(scene.street.writes)
    outcome = rolled_back(scene, dry_run=True)
    assert scene.street.writes == before
    assert "would be back on 1.0 with all requests" in outcome.message


def test_while_it_is_promoted_requests_go_first_and_pods_after() -> None:
    scene = Scene()
    assert scene.killed(10)
    assert scene.version == "2.0"
    before = len(scene.street.writes)
    outcome = rolled_back(scene)
    assert not outcome.failed, outcome.message
    assert scene.street.writes[before:][:4] == [
        "patch HTTPRoute app",
        "delete Service app-canary",
        "delete Deployment app-canary",
        "patch Deployment app",
    ]
    assert (scene.version, scene.names("Deployment")) == ("1.0", ["app"])


def test_a_rollback_needs_the_rights_of_the_strategy() -> None:
    scene = Scene()
    scene.upgraded("2.0", PAUSED)
    everything = ["get", "list", "watch", "create", "patch", "delete"]
    scene.street.allowed = [
        {
            "apiGroups": ["*"],
            "resources": ["deployments", "replicasets", "pods", "events", "leases"],
            "verbs": everything,
        }
    ]
    with pytest.raises(errors.Forbidden, match="get, list, watch, patch httproutes"):
        rolled_back(scene)


def test_a_route_that_is_gone_is_no_hindrance() -> None:
    scene = Scene()
    scene.upgraded("2.0", PAUSED)
    del scene.street.objects_[("HTTPRoute", "app")]
    outcome = rolled_back(scene)
    assert not outcome.failed, outcome.message
    assert scene.names("Deployment") == ["app"]
