# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation.operate import start
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Settings
from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic import finding
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic import state
from ansible_collections.steady.rollout.tests.unit import samples
from ansible_collections.steady.rollout.tests.unit.crossing import REFERENCE, Scene

Json = dict[str, t.Any]

PAUSED: Json = {"type": "canary", "steps": [{"weight": 10, "for": "1s", "pause": True}]}


def found(scene: Scene, settings: Settings | None = None, **names: str) -> finding.Way:
    roll = start(scene.ports, REFERENCE, settings or Settings())
    return finding.way_to(roll, scene.street.objects_[("Deployment", "app")], "canary", **names)


def also(scene: Scene, kind: str, name: str, changes: Json | None = None) -> None:
    scene.street.objects_[(kind, name)] = samples.having(
        scene.street.objects_[(kind, "app")], {"metadata": {"name": name}, **(changes or {})}
    )


def sending(*names: str) -> Json:
    return {"spec": {"rules": [{"backendRefs": [{"name": name, "port": 80} for name in names]}]}}


def test_the_only_route_to_the_service_in_front_is_found() -> None:
    way = found(Scene())
    assert (way.fork.route, way.fork.stable, way.fork.twin, way.fork.weights) == ("app", "app", "app-canary", (1,))
    assert len(way.fork.parents) == 1


def refused(scene: Scene, **names: str) -> str:
    with pytest.raises(errors.Refused, match="^Deployment shop/app was not changed: ") as reason:
        found(scene, **names)
    assert scene.street.writes == []
    return str(reason.value)


def test_no_service_selects_the_pods() -> None:
    assert "no Service selects its pods" in refused(Scene(service={"spec": {"selector": {"app": "other"}}}))
    assert "Service other does not select its pods" in refused(Scene(), service="other")


def test_no_route_sends_to_it() -> None:
    assert "no HTTPRoute in its namespace sends to a Service in front of it (app)" in refused(
        Scene(route=sending("other"))
    )
    assert "HTTPRoute other does not send" in refused(Scene(), route="other")


def test_a_cluster_without_routes_is_told_apart() -> None:
    scene = Scene()

    def listed(scope: t.Any) -> list[Json]:
        if scope.resource.kind == "HTTPRoute":
            raise errors.NotFound("There is no such path.")
        return plain(scope)

    plain = scene.street.list
    scene.street.list = listed  # type: ignore[method-assign]
    assert "the cluster does not know HTTPRoutes" in refused(scene)


def test_several_routes_have_to_be_told_apart_by_name() -> None:
    scene = Scene()
    also(scene, "HTTPRoute", "second")
    assert "several HTTPRoutes send to its Services (app to app, second to app)" in refused(scene)
    assert found(scene, route="second").fork.route == "second"


def test_a_rule_that_sends_to_several_backends_is_refused() -> None:
    assert "rule 1 of HTTPRoute app sends to several backends (app, other)" in refused(
        Scene(route=sending("app", "other"))
    )
    assert "sends to several backends (app, app)" in refused(Scene(route=sending("app", "app")))


def test_a_route_that_gives_it_nothing_is_refused() -> None:
    route = {"spec": {"rules": [{"backendRefs": [{"name": "app", "weight": 0}]}]}}
    assert "gives Service app the weight 0" in refused(Scene(route=route))


def test_a_route_that_no_gateway_accepts_is_refused() -> None:
    assert "no Gateway has accepted HTTPRoute app" in refused(Scene(route={"status": {"parents": []}}))


def test_a_route_of_another_tool_is_left_alone_unless_told() -> None:
    scene = Scene(route={"metadata": {"labels": {"kustomize.toolkit.fluxcd.io/name": "x"}}})
    assert "HTTPRoute app is managed by Flux" in refused(scene)
    assert found(scene, Settings(allow_managed=True)).fork.route == "app"


def test_a_service_that_would_hold_both_sides_is_refused() -> None:
    scene = Scene()
    also(scene, "Service", "all", {"spec": {"selector": {"app": None, "tier": "web"}}})
    assert "Service all would hold the pods of both versions" in refused(scene)


def test_a_service_without_ready_endpoints_is_nothing_to_go_back_to() -> None:
    assert "Service app has no ready endpoint" in refused(Scene(deployment={"spec": {"replicas": 0}}))


def test_what_is_under_way_is_found_with_its_state() -> None:
    scene = Scene()
    present = scene.street.objects_[("Deployment", "app")]
    assert finding.under_way(t.cast("t.Any", scene.street), REFERENCE, present) is None
    scene.upgraded("2.0", PAUSED)
    begun = finding.under_way(t.cast("t.Any", scene.street), REFERENCE, present)
    assert begun is not None
    assert (begun.state.version, begun.state.step, begun.fork.twin) == ("2.0", 1, "app-canary")
    assert finding.under_way(t.cast("t.Any", scene.street), Reference("DaemonSet", "shop", "app"), present) is None


def test_a_state_that_somebody_broke_is_told_with_the_way_out() -> None:
    scene = Scene()
    scene.upgraded("2.0", PAUSED)
    scene.street.objects_[("Deployment", "app-canary")]["metadata"]["annotations"][state.ANNOTATION] = "no"
    with pytest.raises(errors.Refused, match="its annotation steady.rollout/traffic cannot be read"):
        scene.upgraded("2.0", PAUSED)


def test_who_may_not_list_deployments_has_none_under_way() -> None:
    scene = Scene()
    present = scene.street.objects_[("Deployment", "app")]

    def listed(_scope: t.Any) -> list[Json]:
        raise errors.Forbidden("may not list")

    scene.street.list = listed  # type: ignore[method-assign]
    assert finding.under_way(t.cast("t.Any", scene.street), REFERENCE, present) is None
