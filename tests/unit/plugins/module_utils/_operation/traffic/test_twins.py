# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic import twins
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, resources
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic import state, twin
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic.state import State
from ansible_collections.steady.rollout.tests.unit import samples
from ansible_collections.steady.rollout.tests.unit.crossing import Scene

Json = dict[str, t.Any]

OWNER, SERVICE = samples.recorded("routed_deployment"), samples.recorded("routed_service")
MANIFEST = twin.deployment_of(OWNER, SERVICE, OWNER["spec"]["template"], "canary", replicas=1, notes={})
KEPT = State("canary", "2.0", "abc", "app", "app", (1,), (), "t1")


def test_it_is_made_once() -> None:
    cluster = t.cast("t.Any", Scene().street)
    first = twins.made(cluster, resources.DEPLOYMENT, MANIFEST, OWNER)
    assert twins.made(cluster, resources.DEPLOYMENT, MANIFEST, OWNER)["metadata"]["uid"] == first["metadata"]["uid"]
    assert cluster.writes == ["create Deployment app-canary"]


def test_an_object_of_somebody_else_is_refused() -> None:
    scene = Scene()
    scene.street.objects_[("Deployment", "app-canary")] = samples.having(OWNER, {"metadata": {"name": "app-canary"}})
    cluster = t.cast("t.Any", scene.street)
    with pytest.raises(errors.Refused, match="there is a Deployment app-canary"):
        twins.made(cluster, resources.DEPLOYMENT, MANIFEST, OWNER)
    assert "Deployment app-canary" in twins.foreign(cluster, resources.DEPLOYMENT, "shop", "app-canary", OWNER)
    assert twins.foreign(cluster, resources.DEPLOYMENT, "shop", "other", OWNER) == ""


def test_it_keeps_how_far_it_is_and_grows_in_one_write() -> None:
    cluster = t.cast("t.Any", Scene().street)
    made = twins.made(cluster, resources.DEPLOYMENT, MANIFEST, OWNER)
    noted = twins.noted(cluster, made, KEPT, replicas=3)
    assert (state.read(noted), noted["spec"]["replicas"]) == (KEPT, 3)
    assert cluster.writes[1:] == ["patch Deployment app-canary"]
    twins.noted(cluster, noted, KEPT, replicas=3)
    assert cluster.writes[1:] == ["patch Deployment app-canary"]


def test_both_parts_are_removed_and_a_service_of_somebody_else_stays() -> None:
    scene = Scene()
    cluster = t.cast("t.Any", scene.street)
    made = twins.made(cluster, resources.DEPLOYMENT, MANIFEST, OWNER)
    twins.removed(cluster, "shop", "app", made, OWNER)
    assert (scene.names("Deployment"), scene.names("Service")) == (["app"], ["app"])


def test_it_is_a_workload_of_its_own() -> None:
    assert str(twins.reference_of(MANIFEST)) == "Deployment shop/app-canary"
