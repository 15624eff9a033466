# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._operation.scale import scale
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.tests.unit.films import twists
from ansible_collections.steady.rollout.tests.unit.films.replay import Show, show

Json = dict[str, t.Any]


def scaled(stage: Show, replicas: int, **settings: t.Any) -> Outcome:
    return scale(stage.ports, stage.film.reference, replicas, Settings(**settings))


@pytest.mark.parametrize(("film", "replicas"), [("scale_up", 5), ("scale_down", 1)])
def test_scaling_ends_when_the_pods_are_there_or_gone(film: str, replicas: int) -> None:
    stage = show(film)
    outcome = scaled(stage, replicas)
    assert outcome.message == f"Deployment shop/app scaled from 3 to {replicas} replicas."
    assert stage.cluster.stage.objects[("Deployment", "app")]["status"]["replicas"] == replicas


def test_nothing_but_the_number_is_written() -> None:
    stage = show("scale_up")
    scaled(stage, 5)
    (body,) = stage.cluster.bodies
    assert body["spec"] == {"replicas": 5}
    assert set(body["metadata"]) == {"resourceVersion"}


def test_the_number_it_has_already_changes_nothing() -> None:
    stage = show("scale_up")
    outcome = scaled(stage, 3)
    assert (outcome.changed, outcome.message) == (False, "Deployment shop/app has 3 replicas already.")
    assert stage.cluster.bodies == []


def test_check_mode_only_tries() -> None:
    stage = show("scale_up")
    assert scaled(stage, 5, dry_run=True).message == "Deployment shop/app would be scaled from 3 to 5 replicas."
    assert (stage.cluster.bodies, len(stage.cluster.tried)) == ([], 1)


def test_a_number_that_an_autoscaler_owns_is_left_alone() -> None:
    stage = show("scale_up")
    target = {"kind": "Deployment", "name": "app"}
    stage.cluster.extra = [
        {
            "kind": "HorizontalPodAutoscaler",
            "metadata": {"name": "busy"},
            "spec": {"scaleTargetRef": target, "maxReplicas": 9},
        }
    ]
    with pytest.raises(errors.Refused, match="HorizontalPodAutoscaler busy owns its number of replicas"):
        scaled(stage, 5)
    assert stage.cluster.bodies == []


def test_a_paused_workload_is_refused() -> None:
    with pytest.raises(errors.Refused, match="it is paused"):
        scaled(show("scale_up", twists.beginning_with(spec={"paused": True})), 5)


def test_a_scaling_that_fails_is_left_as_it_is() -> None:
    stage = show("scale_up", twists.stalled)
    outcome = scaled(stage, 5, timeout=20.0)
    assert (outcome.failed, len(stage.cluster.bodies)) == (True, 1)
    assert "It was left as it is." in outcome.message


def test_a_daemon_set_has_no_number_to_set() -> None:
    stage = show("daemon_upgrade")
    with pytest.raises(
        errors.Refused, match="DaemonSet shop/app was not changed: a DaemonSet has one pod on each node"
    ):
        scaled(stage, 3)
    assert stage.cluster.bodies == []


def test_a_stateful_set_is_scaled_as_well() -> None:
    stage = show("ordered_scale_down")
    assert scaled(stage, 1).message == "StatefulSet shop/app scaled from 3 to 1 replicas."
    assert stage.cluster.deleted == []
