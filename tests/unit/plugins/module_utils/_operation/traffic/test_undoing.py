# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation import rollback
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic import undoing
from ansible_collections.steady.rollout.plugins.module_utils._operation.waiting import Look
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Snapshot
from ansible_collections.steady.rollout.plugins.module_utils._rollout.status import Status
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic.routes import Fork
from ansible_collections.steady.rollout.plugins.module_utils._rollout.verdict import Verdict
from ansible_collections.steady.rollout.tests.unit import samples
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
    served = undoing.Served(Fork("shop", "app", "app", "app-canary"))
    status = Status(False, "1 of 2 new pods are available")
    look = Look(0.0, Snapshot(None), Verdict("progressing", status.message, status), lambda _scope: [slices])
    assert served.look(look).phase == "progressing"
    for endpoint in slices["endpoints"]:
        endpoint["conditions"]["ready"] = False
    found = served.look(look)
    assert (found.phase, found.message) == ("failed", "Service app-canary has no ready endpoint any more")
    served.close()
