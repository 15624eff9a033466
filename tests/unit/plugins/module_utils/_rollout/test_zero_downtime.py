# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import zero_downtime
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds import daemonset, deployment, statefulset
from ansible_collections.steady.rollout.tests.unit import samples, sets

Json = dict[str, t.Any]

PROBE = {"httpGet": {"path": "/readyz", "port": "http"}}
SLEEP = {"preStop": {"sleep": {"seconds": 5}}}
PORTS = [{"name": "http", "containerPort": 8080}]
SAFE = {"readinessProbe": PROBE, "lifecycle": SLEEP, "ports": PORTS}
SURGING = {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}}


def service(port: t.Any = 8080, selector: Json | None = None) -> Json:
    return {
        "kind": "Service",
        "metadata": {"name": "app"},
        "spec": {
            "selector": {"app.kubernetes.io/name": "app"} if selector is None else selector,
            "ports": [{"port": 80, "targetPort": port}],
        },
    }


def workload(container: Json | None = None, pod: Json | None = None, more: Json | None = None) -> Json:
    """The recorded Deployment with nothing to complain of, but for these fields."""
    made = samples.workload(changes={"spec": SURGING})
    (main,) = made["spec"]["template"]["spec"]["containers"]
    containers = [{**main, **SAFE, **(container or {})}]
    made = samples.having(made, {"spec": {"template": {"spec": {"terminationGracePeriodSeconds": 30, **(pod or {})}}}})
    made["spec"]["template"]["spec"]["containers"] = [*containers, *(pod or {}).get("containers", ())]
    return samples.having(made, {"spec": more or {}})


def found(made: Json, kind: t.Any = deployment, propagation: float = 3.0, port: t.Any = 8080) -> tuple[str, ...]:
    return zero_downtime.points(kind, made, [service(port)], propagation)


def test_a_workload_that_keeps_all_rules_has_no_point() -> None:
    assert found(workload()) == ()


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (
            workload({"readinessProbe": None}),
            "container app has no readinessProbe, .* add one, such as readinessProbe: ",
        ),
        (
            workload({"lifecycle": None}),
            r"no preStop hook, .* for up to 3 s: add lifecycle: {preStop: {sleep: {seconds: 3}}}\.$",
        ),
        (
            workload({"lifecycle": {"preStop": {"sleep": {"seconds": 1}}}}),
            "sleeps 1 s .* for up to 3 s: write preStop: {sleep",
        ),
        (
            workload({"lifecycle": {"preStop": {"httpGet": {"path": "/bye", "port": 1}}}}),
            "nobody can tell how long the preStop hook",
        ),
        (
            workload({"lifecycle": {"preStop": {"exec": {"command": ["/bye"]}}}}),
            "nobody can tell how long the preStop hook",
        ),
        (
            workload(pod={"terminationGracePeriodSeconds": 8}),
            "is 8, of which its preStop hook takes 5, .* write 30 or more",
        ),
        (workload(more={"strategy": {"type": "Recreate", "rollingUpdate": None}}), "^strategy Recreate ends all pods"),
        (
            workload(more={"replicas": 1, "strategy": {"rollingUpdate": {"maxUnavailable": 1}}}),
            "all of its 1 pods to be away",
        ),
        (workload(more={"strategy": {"rollingUpdate": {"maxUnavailable": "100%"}}}), "all of its 3 pods to be away"),
        (workload({"ports": [{"containerPort": 8080, "hostPort": 80}]}), "^hostPort 80 holds old and new pods apart"),
        (workload(pod={"hostNetwork": True}), "^hostNetwork holds old and new pods apart"),
    ],
)
def test_each_point_is_told_with_its_fix(made: Json, words: str) -> None:
    (point,) = found(made)
    assert re.search(words, point), point


@pytest.mark.parametrize(
    ("hook", "seconds"),
    [
        ({"sleep": {"seconds": 5}}, 5),
        ({"sleep": {"seconds": 0}}, 0),
        ({"exec": {"command": ["sleep", "5"]}}, 5),
        ({"exec": {"command": ["/bin/sleep", "1m"]}}, 60),
        ({"exec": {"command": ["sh", "-c", "sleep 7.5; nginx -s quit"]}}, 7.5),
        ({"exec": {"command": ["sh", "-c", "asleep"]}}, None),
        ({"httpGet": {"path": "/"}}, None),
        ({}, None),
    ],
)
def test_how_long_a_hook_sleeps(hook: Json, seconds: float | None) -> None:
    assert zero_downtime.slept({"name": "app", "lifecycle": {"preStop": hook}}) == seconds


def test_without_propagation_no_hook_is_needed() -> None:
    assert found(workload({"lifecycle": None}), propagation=0) == ()


def test_the_grace_period_is_30_seconds_when_nobody_says() -> None:
    long = {"lifecycle": {"preStop": {"sleep": {"seconds": 28}}}}
    assert (
        "is 30, of which its preStop hook takes 28" in found(workload(long, {"terminationGracePeriodSeconds": None}))[0]
    )


def test_only_the_containers_that_a_service_leads_to_serve() -> None:
    logger = {"name": "logger", "image": "logger", "ports": [{"name": "metrics", "containerPort": 9090}]}
    made = workload(pod={"containers": [logger]})
    assert found(made) == found(made, port="http") == ()
    assert {point.split()[1] for point in found(made, port=9090) if point.startswith("container")} == {"logger"}


def test_a_proxy_beside_the_application_serves_as_well() -> None:
    proxy = {"name": "proxy", "image": "proxy", "restartPolicy": "Always", "ports": [{"containerPort": 15001}]}
    assert "container proxy has no readinessProbe" in found(workload(pod={"initContainers": [proxy]}), port=15001)[0]


def test_of_ports_that_nobody_declares_the_main_container_is_meant() -> None:
    assert found(workload({"ports": None, "readinessProbe": None}))[0].startswith("container app has no readinessProbe")
    two = workload(
        {"ports": None, "name": "one", "readinessProbe": None}, {"containers": [{"name": "two", "image": "b"}]}
    )
    assert found(two)[0].startswith("container one has no readinessProbe")


def test_a_workload_without_pods_serves_nobody() -> None:
    assert found(workload({"readinessProbe": None}, more={"replicas": 0})) == ()


def test_sets_roll_in_their_own_way() -> None:
    def strategy(made: Json, kind: t.Any) -> list[str]:
        return [
            point for point in zero_downtime.points(kind, made, [service()], 0) if "pod" in point.split(" goes")[0][:14]
        ]

    one = samples.having(sets.STATEFUL_SET, {"spec": {"replicas": 1}})
    assert strategy(one, statefulset) == [
        "its only pod goes before the next one comes, as a StatefulSet rolls: scale it to 2 or more."
    ]
    assert strategy(samples.having(one, {"spec": {"updateStrategy": {"type": "OnDelete"}}}), statefulset) == []
    assert strategy(samples.having(one, {"spec": {"replicas": 2}}), statefulset) == []
    assert strategy(sets.DAEMON_SET, daemonset) == []


def test_a_service_is_in_front_when_its_selector_matches() -> None:
    made = workload()
    assert zero_downtime.serving(made, [service()]) == [service()]
    assert zero_downtime.serving(made, [service(selector={"app": "other"}), service(selector={})]) == []


def test_what_matters_when_nodes_are_drained_is_a_note() -> None:
    budget = {
        "metadata": {"name": "tight"},
        "spec": {"selector": {"matchLabels": {"app.kubernetes.io/name": "app"}}},
        "status": {"disruptionsAllowed": 0},
    }
    loose = samples.having(budget, {"status": {"disruptionsAllowed": 1}})
    assert zero_downtime.notes(deployment, workload(), [loose]) == ()
    alone, tight = zero_downtime.notes(deployment, workload(more={"replicas": 1}), [budget])
    assert alone.startswith("It has one pod")
    assert tight.startswith("PodDisruptionBudget tight allows no disruption")


def test_several_points_are_numbered() -> None:
    assert zero_downtime.in_words(["a.", "b."]) == "(1) a. (2) b."
    assert zero_downtime.in_words(["a."]) == "a."
