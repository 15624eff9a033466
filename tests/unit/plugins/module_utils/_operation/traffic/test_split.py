# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic.split import Wanted, split
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic import routes
from ansible_collections.steady.rollout.tests.unit import samples
from ansible_collections.steady.rollout.tests.unit.crossing import Scene

Json = dict[str, t.Any]


def scene_with(name: str = "next", selector: Json | None = None, **route: Json) -> Scene:
    scene = Scene(**route)
    scene.street.objects_[("Service", name)] = samples.having(
        samples.recorded("routed_service"),
        {"metadata": {"name": name}, "spec": {"selector": selector or {"app": "app"}}},
    )
    scene.street.settle()
    return scene


def wanted(rule: int = 0, **weights: int) -> Wanted:
    return Wanted("shop", "app", rule, weights)


def test_without_weights_it_only_reads() -> None:
    scene = Scene()
    found = split(scene.ports, wanted())
    assert (found.rule, found.before, found.after, found.changed) == (1, {"app": 1}, {"app": 1}, False)
    assert scene.street.writes == []


def test_weights_are_set_and_set_once() -> None:
    scene = scene_with()
    found = split(scene.ports, wanted(app=90, next=10))
    assert (found.before, found.after, found.changed) == ({"app": 1}, {"app": 90, "next": 10}, True)
    assert routes.weights_of(scene.street.rules_[0]) == {"app": 90, "next": 10}
    assert not split(scene.ports, wanted(app=90, next=10)).changed
    assert scene.street.writes == ["patch HTTPRoute app"]


def test_check_mode_says_what_would_be() -> None:
    scene = scene_with()
    found = split(scene.ports, wanted(next=10), dry_run=True)
    assert (found.after, scene.street.writes, scene.street.tried) == (
        {"app": 1, "next": 10},
        [],
        ["patch HTTPRoute app"],
    )


def test_a_service_without_ready_endpoints_gets_nothing() -> None:
    scene = scene_with(selector={"app": "nobody"})
    with pytest.raises(errors.Refused, match="Service next has 0 of 1 ready endpoints"):
        split(scene.ports, wanted(app=90, next=10))
    assert split(scene.ports, wanted(next=0)).after == {"app": 1, "next": 0}


@pytest.mark.parametrize(
    ("asked", "reason", "words"),
    [
        (wanted(app=0), errors.InvalidInput, "all of them are 0"),
        (wanted(other=1), errors.Refused, "there is no Service other in the namespace; it has: app, next"),
        (wanted(2), errors.InvalidInput, "rule 2 of HTTPRoute shop/app does not send to a Service; rules 1 do"),
    ],
)
def test_what_cannot_be_meant_is_refused(asked: Wanted, reason: type[errors.RolloutError], words: str) -> None:
    scene = scene_with()
    with pytest.raises(reason, match=words):
        split(scene.ports, asked)
    assert scene.street.writes == []


def test_of_several_rules_one_has_to_be_named() -> None:
    rule = {"backendRefs": [{"name": "app", "port": 80}]}
    scene = Scene(route={"spec": {"rules": [rule, rule]}})
    with pytest.raises(errors.InvalidInput, match="rule is missing: of HTTPRoute shop/app rules 1, 2 send"):
        split(scene.ports, wanted(app=5))
    assert split(scene.ports, wanted(2, app=5)).after == {"app": 5}
    assert [routes.weights_of(each)["app"] for each in scene.street.rules_] == [1, 5]


def test_a_route_that_nobody_accepts_is_refused() -> None:
    scene = scene_with(route={"status": {"parents": []}})
    with pytest.raises(errors.Refused, match="no Gateway has accepted it"):
        split(scene.ports, wanted(app=5))


def test_weights_of_a_canary_belong_to_it() -> None:
    scene = Scene()
    scene.upgraded("2.0", {"type": "canary", "steps": [{"weight": 10, "for": "1s", "pause": True}]})
    with pytest.raises(errors.Refused, match="Service app-canary belongs to a canary that is under way"):
        split(scene.ports, wanted(app=5))


def test_a_load_balancer_that_does_not_take_it_is_named() -> None:
    scene = scene_with()
    scene.street.takes_routes = False
    with pytest.raises(errors.Refused, match="was changed, but not taken within 60 s"):
        split(scene.ports, wanted(next=10))
