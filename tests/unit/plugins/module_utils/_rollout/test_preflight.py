# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import preflight
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds import deployment
from ansible_collections.steady.rollout.tests.unit import samples

Json = dict[str, t.Any]


@pytest.mark.parametrize(
    ("metadata", "tool"),
    [
        ({}, ""),
        ({"annotations": {"argocd.argoproj.io/tracking-id": "shop:apps/Deployment:shop/app"}}, "Argo CD"),
        ({"labels": {"kustomize.toolkit.fluxcd.io/name": "shop"}}, "Flux"),
        ({"labels": {"app.kubernetes.io/managed-by": "Helm"}}, "Helm"),
        ({"labels": {"app.kubernetes.io/managed-by": "ansible"}}, ""),
    ],
)
def test_a_tool_that_would_put_its_own_version_back_is_known_by_its_marks(metadata: Json, tool: str) -> None:
    present = samples.workload(changes={"metadata": metadata})
    assert preflight.owner(present) == tool
    assert (tool in preflight.owned_elsewhere(present)) and bool(preflight.owned_elsewhere(present)) is bool(tool)


def test_a_workload_that_keeps_no_history_has_no_way_back() -> None:
    assert preflight.no_history(samples.workload()) == ""
    assert "no way back" in preflight.no_history(samples.workload(changes={"spec": {"revisionHistoryLimit": 0}}))


def quota(hard: dict[str, str], used: dict[str, str], **spec: t.Any) -> Json:
    return {"metadata": {"name": "room"}, "spec": {"hard": hard, **spec}, "status": {"hard": hard, "used": used}}


def headroom(
    found: Json, *, replicas: int = 3, surge: t.Any = 1, missing: t.Any = 0, requests: Json | None = None
) -> str:
    rolling = {"maxSurge": surge, "maxUnavailable": missing}
    present = samples.workload(changes={"spec": {"replicas": replicas, "strategy": {"rollingUpdate": rolling}}})
    template = present["spec"]["template"]
    template["spec"]["containers"][0]["resources"] = {"requests": requests or {}, "limits": requests or {}}
    return preflight.no_headroom(deployment, present, template, [found])


@pytest.mark.parametrize(
    ("hard", "used", "requests", "full"),
    [
        ({"pods": "4"}, {"pods": "3"}, {}, False),
        ({"pods": "3"}, {"pods": "3"}, {}, True),
        ({"count/pods": "3"}, {"count/pods": "3"}, {}, True),
        ({"requests.cpu": "1"}, {"requests.cpu": "600m"}, {"cpu": "400m"}, False),
        ({"requests.cpu": "1"}, {"requests.cpu": "600m"}, {"cpu": "0.5"}, True),
        ({"cpu": "1"}, {"cpu": "1"}, {"cpu": "100m"}, True),
        ({"limits.memory": "1Gi"}, {"limits.memory": "1000Mi"}, {"memory": "64Mi"}, True),
        ({"requests.cpu": "1"}, {"requests.cpu": "1"}, {}, False),
        ({"services": "1"}, {"services": "1"}, {}, False),
    ],
)
def test_a_surge_pod_has_to_fit_into_every_quota(hard: Json, used: Json, requests: Json, full: bool) -> None:
    refusal = headroom(quota(hard, used), requests=requests)
    assert bool(refusal) is full
    if full:
        assert refusal.startswith("ResourceQuota room has no room for a surge pod: ")
        assert refusal.endswith("Raise the quota, or allow maxUnavailable 1.")


@pytest.mark.parametrize(("pods", "full"), [(3, False), (4, True)])
def test_as_many_pods_again_have_to_fit_too(pods: int, full: bool) -> None:
    refusal = preflight.no_room_for(pods, samples.workload()["spec"]["template"], [quota({"pods": "6"}, {"pods": "3"})])
    assert bool(refusal) is full
    if full:
        assert refusal.startswith("ResourceQuota room has no room for 4 more pods: pods 3 of 6 used, 4 more needed.")


@pytest.mark.parametrize("options", [{"missing": 1}, {"surge": 0, "missing": 1}, {"replicas": 0}])
def test_without_a_surge_pod_that_must_come_first_a_full_quota_is_no_obstacle(options: Json) -> None:
    assert headroom(quota({"pods": "3"}, {"pods": "3"}), **options) == ""


def test_whether_a_scoped_quota_counts_the_pod_is_left_to_the_api_server() -> None:
    assert headroom(quota({"pods": "3"}, {"pods": "3"}, scopes=["BestEffort"])) == ""
