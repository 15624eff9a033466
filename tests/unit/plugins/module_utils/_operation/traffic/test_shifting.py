# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation.journal import Journal
from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic import shifting
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic import routes
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic.routes import Fork
from ansible_collections.steady.rollout.tests.unit.crossing import REFERENCE, Scene

Json = dict[str, t.Any]

PARENTS = ("Gateway traefik/steady listener web (traefik.io/gateway-controller)",)
FORK = Fork("shop", "app", "app", "app", (1,), PARENTS)
"""The Service as its own twin would do for reading only; tests that write take ``with_twin``."""


def with_twin(scene: Scene) -> Fork:
    scene.upgraded("2.0", {"type": "canary", "steps": [{"weight": 10, "for": "1s", "pause": True}]})
    return replace(FORK, twin="app-canary")


def shared(scene: Scene, fork: Fork, weight: int) -> None:
    shifting.share(scene.ports, Journal(scene.ports, REFERENCE), fork, weight)


def test_a_share_is_in_force_when_the_gateway_has_taken_it() -> None:
    scene = Scene()
    fork = with_twin(scene)
    shared(scene, fork, 30)
    assert routes.share_of(scene.street.rules_, fork) == 30
    assert scene.heard.lines[-1].endswith("weight 30 of 100 goes to app-canary: taken by Gateway traefik/steady")


def test_the_same_share_again_writes_nothing() -> None:
    scene = Scene()
    fork = with_twin(scene)
    before = list(scene.street.writes)
    shared(scene, fork, 10)
    assert scene.street.writes == before


def test_a_gateway_that_does_not_take_it_is_named_after_a_while() -> None:
    scene = Scene()
    fork = with_twin(scene)
    scene.street.takes_routes = False
    began = scene.clock.at
    with pytest.raises(
        errors.Refused, match="was not taken within 60 s: Gateway traefik/steady.*has not looked at it yet"
    ):
        shared(scene, fork, 30)
    assert scene.clock.at - began >= shifting.TAKEN


def test_no_weight_goes_to_a_service_without_ready_endpoints() -> None:
    scene = Scene()
    fork = with_twin(scene)
    scene.street.spoils_at = 10
    scene.street.settle()
    with pytest.raises(errors.Refused, match="Service app-canary has 0 of 1 ready endpoints after 60 s"):
        shared(scene, fork, 30)
    assert routes.share_of(scene.street.rules_, fork) == 10


def test_requests_are_given_back_once() -> None:
    scene = Scene()
    fork = with_twin(scene)
    journal = Journal(scene.ports, REFERENCE)
    assert shifting.give_back(scene.ports, journal, fork)
    assert not shifting.give_back(scene.ports, journal, fork)
    assert routes.weights_of(scene.street.rules_[0]) == {"app": 1}


def test_a_conflict_is_no_end() -> None:
    scene = Scene()
    fork = with_twin(scene)
    scene.street.troubles["patch HTTPRoute app"] = errors.Conflict("the object has been modified")
    shared(scene, fork, 30)
    assert routes.share_of(scene.street.rules_, fork) == 30


def test_a_route_that_never_rests_is_given_up() -> None:
    scene = Scene()

    def patch(*_args: t.Any, **_options: t.Any) -> Json:
        raise errors.Conflict("the object has been modified")

    scene.street.patch = patch  # type: ignore[method-assign]
    with pytest.raises(errors.Conflict, match="kept changing: 10 patches"):
        shifting.rewritten(t.cast("t.Any", scene.street), "shop", "app", lambda rules: [*rules, {}])
