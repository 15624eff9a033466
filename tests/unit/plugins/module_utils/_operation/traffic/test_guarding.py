# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic import guarding
from ansible_collections.steady.rollout.plugins.module_utils._operation.waiting import Look
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Snapshot
from ansible_collections.steady.rollout.plugins.module_utils._rollout.status import Status
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic import routes
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic.routes import Fork
from ansible_collections.steady.rollout.plugins.module_utils._rollout.verdict import Verdict
from ansible_collections.steady.rollout.tests.unit import samples
from ansible_collections.steady.rollout.tests.unit.crossing import Scene

Json = dict[str, t.Any]

FORK = Fork("shop", "app", "app", "app-canary")
TWO: Json = {"type": "canary", "steps": [{"weight": 10, "for": "30s"}, {"weight": 50, "for": "1s"}]}


class Alone:
    """Of a roll the ports alone."""

    def __init__(self, scene: Scene) -> None:
        self.ports = scene.ports


def seeing(item: Json) -> Look:
    status = Status(False, "1 of 2 new pods are available")
    return Look(0.0, Snapshot(None), Verdict("progressing", status.message, status), lambda _scope: [item])


def moved(scene: Scene, weight: int) -> None:
    """Somebody else gives the canary that weight as soon as it is held at 10."""
    settle = scene.street.settle

    def meddle() -> None:
        route = scene.street.objects_["HTTPRoute", "app"]
        if (
            scene.street.writes[-1:] == ["patch Deployment app-canary"]
            and routes.share_of(scene.street.rules_, FORK) == 10
        ):
            route["spec"]["rules"] = routes.shared(routes.rules_of(route), FORK, weight)
            route["metadata"]["resourceVersion"] = "1"
        settle()

    scene.street.settle = meddle  # type: ignore[method-assign]


def test_requests_are_taken_back_when_nobody_answers_for_the_canary_while_it_is_promoted() -> None:
    scene = Scene()
    scene.street.twin_dies_at = "patch Deployment app"
    outcome = scene.upgraded()
    assert not outcome.failed, outcome.message
    writes = scene.street.writes
    promoted = writes.index("patch Deployment app")
    assert writes[promoted + 1] == "patch HTTPRoute app"
    assert (scene.version, scene.names("Deployment")) == ("2.0", ["app"])


def test_a_canary_with_requests_that_nobody_answers_fails_at_once() -> None:
    slices = samples.recorded("routed_endpointslice_canary")
    served = guarding.Served(FORK)
    look = seeing(slices)
    assert served.look(look).phase == "progressing"
    for endpoint in slices["endpoints"]:
        endpoint["conditions"]["ready"] = False
    found = served.look(look)
    assert (found.phase, found.message) == ("failed", "Service app-canary has no ready endpoint any more")
    served.close()


def test_a_step_fails_when_somebody_else_moves_its_weight() -> None:
    scene = Scene()
    moved(scene, 0)
    outcome = scene.upgraded("2.0", TWO)
    assert outcome.failed
    assert (
        "at step 1 of 2: somebody else changed HTTPRoute app: 0 of 100 requests go to app-canary, not 10"
        in outcome.message
    )
    assert (scene.version, scene.names("Deployment"), scene.names("Service")) == ("1.0", ["app"], ["app"])


def test_a_watch_that_is_behind_our_own_patch_is_no_meddling() -> None:
    scene = Scene()
    old = copy.deepcopy(scene.street.objects_["HTTPRoute", "app"])
    route = scene.street.objects_["HTTPRoute", "app"]
    route["spec"]["rules"] = routes.shared(routes.rules_of(route), FORK, 10)
    step = guarding.Unmoved(t.cast(t.Any, Alone(scene)), FORK, 10)
    assert step.look(seeing(old)).phase == "progressing"
    route["spec"]["rules"] = routes.shared(routes.rules_of(route), FORK, 20)
    assert step.look(seeing(route)).message.endswith("20 of 100 requests go to app-canary, not 10")
    step.close()


def test_an_api_server_that_does_not_answer_proves_no_meddling_and_a_route_that_is_gone_does() -> None:
    scene = Scene()
    route = scene.street.objects_.pop(("HTTPRoute", "app"))
    step = guarding.Unmoved(t.cast(t.Any, Alone(scene)), FORK, 10)
    assert "0 of 100 requests" in step.look(seeing(route)).message

    def silent(*_args: t.Any) -> t.NoReturn:
        raise errors.Unreachable("The API server does not answer.")

    scene.street.read = silent  # type: ignore[method-assign]
    assert step.look(seeing(route)).phase == "progressing"
