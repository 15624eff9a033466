# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation.strategies import canary
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic import routes
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic.routes import Pin
from ansible_collections.steady.rollout.tests.unit import samples
from ansible_collections.steady.rollout.tests.unit.crossing import Scene

Json = dict[str, t.Any]


def test_a_plain_canary_has_steps_of_its_own() -> None:
    found = canary.read({}, "strategy")
    assert [(step.weight, step.seconds) for step in found.steps] == [(5, 60.0), (25, 60.0), (50, 60.0)]


def test_all_options_are_read() -> None:
    match = {"header": {"name": "x-tester", "value": "yes"}}
    found = canary.read({"route": "shop", "service": "app", "steps": [50], "match": match}, "strategy")
    assert (found.route, found.service, found.match) == ("shop", "app", Pin("x-tester", "yes"))


def test_an_option_that_does_not_exist_is_named() -> None:
    with pytest.raises(errors.InvalidInput, match=r"strategy.stepz: there is no such option; steps is meant"):
        canary.read({"stepz": []}, "strategy")


def test_check_mode_asks_what_the_server_would_say_and_writes_nothing() -> None:
    scene = Scene()
    outcome = scene.upgraded(dry_run=True)
    assert scene.street.writes == []
    assert scene.street.tried == [
        "create Deployment app-canary",
        "create Service app-canary",
        "patch HTTPRoute app",
        "patch Deployment app",
    ]
    assert outcome.message == "Deployment shop/app would be upgraded from 1.0 to 2.0 by canary."
    assert '"image": "registry.lab:5000/app:2.0"' in outcome.diff["after"]


def test_the_version_that_it_runs_changes_nothing() -> None:
    scene = Scene()
    outcome = scene.upgraded("1.0")
    assert (outcome.changed, outcome.message) == (False, "Deployment shop/app runs 1.0 already.")
    assert scene.names("Deployment") == ["app"]


def test_testers_reach_the_new_version_before_users_do() -> None:
    scene = Scene()
    strategy = {
        "type": "canary",
        "match": {"cookie": {"name": "canary", "value": "yes"}},
        "steps": [{"weight": 10, "for": "1s", "pause": True}],
    }
    scene.upgraded("2.0", strategy)
    pinned, main = scene.street.rules_
    assert routes.weights_of(pinned) == {"app-canary": 1}
    assert pinned["matches"][0]["headers"][0]["name"] == "Cookie"
    assert main["matches"] == routes.rules_of(samples.recorded("httproute"))[0]["matches"]


FULL = {"spec": {"rules": [{"backendRefs": [{"name": "app"}], "matches": [{}]}] * 16}}
TESTERS = {"type": "canary", "match": {"header": {"name": "x", "value": "y"}}}


@pytest.mark.parametrize(
    ("changes", "strategy", "words"),
    [
        (
            {"deployment": {"spec": {"strategy": {"type": "Recreate", "rollingUpdate": None}}}},
            "canary",
            "its own strategy is Recreate",
        ),
        ({"deployment": {"spec": {"paused": True}}}, "canary", "it is paused"),
        (
            {"deployment": {"metadata": {"labels": {"app.kubernetes.io/managed-by": "Helm"}}}},
            "canary",
            "managed by Helm",
        ),
        ({"route": FULL}, TESTERS, "has no room: it would have 32 rules"),
    ],
)
def test_what_forbids_it_is_refused_before_the_first_write(changes: Json, strategy: t.Any, words: str) -> None:
    scene = Scene(**changes)
    with pytest.raises(errors.Refused, match=words):
        scene.upgraded("2.0", strategy)
    assert (scene.street.writes, scene.street.tried) == ([], [])


def test_more_than_half_under_an_autoscaler_is_refused() -> None:
    scene = Scene()
    spec = {"scaleTargetRef": {"kind": "Deployment", "name": "app"}, "minReplicas": 1, "maxReplicas": 5}
    scaler = {"kind": "HorizontalPodAutoscaler", "metadata": {"name": "app"}, "spec": spec}
    scene.street.objects_[("HorizontalPodAutoscaler", "app")] = scaler
    with pytest.raises(errors.Refused, match="With more than half of the requests on the canary it would shrink"):
        scene.upgraded("2.0", {"type": "canary", "steps": [{"weight": 60, "for": "1s"}]})
    assert not scene.upgraded().failed


def test_an_object_of_a_helpers_name_is_left_alone() -> None:
    scene = Scene()
    scene.street.objects_[("Service", "app-canary")] = samples.having(
        samples.recorded("routed_service"), {"metadata": {"name": "app-canary"}, "spec": {"selector": {"app": "x"}}}
    )
    with pytest.raises(errors.Refused, match="there is a Service app-canary"):
        scene.upgraded()
    assert scene.street.writes == []


def test_a_quota_without_room_for_the_canary_and_a_surge_pod_is_refused() -> None:
    scene = Scene()
    quota = {"kind": "ResourceQuota", "metadata": {"name": "room"}, "spec": {}}
    for room, refused in ((2, True), (3, False)):
        status = {"hard": {"pods": str(3 + room)}, "used": {"pods": "3"}}
        scene.street.objects_[("ResourceQuota", "room")] = {**quota, "status": status}
        if refused:
            with pytest.raises(errors.Refused, match="room has no room for 3 more pods: pods 3 of 5 used"):
                scene.upgraded()
            assert scene.street.writes == []
        else:
            assert not scene.upgraded().failed
