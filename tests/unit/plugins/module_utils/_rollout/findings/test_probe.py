# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings import probe
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import (
    NEVER,
    Finding,
    Limits,
    View,
)
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds import deployment
from ansible_collections.steady.rollout.tests.unit import samples

Json = dict[str, t.Any]

FAILED = "Readiness probe failed: HTTP probe failed with statuscode: 503"
RUNNING = {"running": {"startedAt": "2026-11-23T10:00:01Z"}}


def found(
    message: str,
    *,
    state: Json | None = None,
    old: t.Sequence[Json] = (),
    restarts: int = 0,
    container: str = "app",
    **limits: t.Any,
) -> list[Finding]:
    pod = samples.unready("2.0", state=state or RUNNING, restartCount=restarts)
    told = [samples.event(pod, "Unhealthy", message, container)]
    return list(probe.find(View(deployment, samples.rolling([pod], told, old=old), Limits(**limits))))


def ready_after(seconds: int, name: str) -> Json:
    pod = samples.pod("1.0", name)
    for condition in pod["status"]["conditions"]:
        if condition["type"] == "Ready":
            condition["lastTransitionTime"] = f"2026-11-23T10:{seconds // 60:02d}:{seconds % 60:02d}Z"
    pod["status"]["containerStatuses"][0]["state"] = {"running": {"startedAt": "2026-11-23T10:00:00Z"}}
    return pod


def test_a_failing_probe_is_told_by_what_it_asks_and_what_answered() -> None:
    (finding,) = found(FAILED)
    assert samples.POD["spec"]["containers"][0]["readinessProbe"]["httpGet"] == {
        "path": "/readyz",
        "port": "http",
        "scheme": "HTTP",
    }
    assert (finding.code, finding.title) == ("probe", "readiness probe fails")
    assert finding.message == "GET :8080/readyz: HTTP probe failed with statuscode: 503"


@pytest.mark.parametrize(
    ("asks", "words"),
    [
        ({"readinessProbe": {"tcpSocket": {"port": 5432}}}, "connect to :5432: "),
        ({"readinessProbe": {"httpGet": {"port": 80}}}, "GET :80/: "),
        ({"readinessProbe": {"exec": {"command": ["true"]}}}, ""),
        ({}, ""),
    ],
)
def test_every_form_of_a_probe_is_put_in_words(asks: Json, words: str) -> None:
    assert probe.target(asks, "Readiness") == words


def test_the_grace_is_three_times_what_the_pods_before_took_to_become_ready() -> None:
    assert found(FAILED, old=[ready_after(20, "a")])[0].grace == 60.0


def test_a_pod_that_was_unready_for_a_moment_much_later_does_not_stretch_the_grace() -> None:
    old = [ready_after(20, "a"), ready_after(22, "b"), ready_after(3000, "c")]
    assert found(FAILED, old=old)[0].grace == 66.0


def test_the_grace_is_never_less_than_what_the_probes_themselves_allow() -> None:
    asks = {"periodSeconds": 10, "failureThreshold": 30, "timeoutSeconds": 1}
    container = {
        "startupProbe": asks,
        "readinessProbe": {"initialDelaySeconds": 5, "periodSeconds": 10, "failureThreshold": 3},
    }
    assert probe.asked_for(container) == (10 * 30 + 1) + (5 + 10 * 3 + 1)


def test_a_first_rollout_has_a_minute() -> None:
    assert found(FAILED)[0].grace == probe.FIRST_START


def test_a_grace_that_is_asked_for_is_taken() -> None:
    assert found(FAILED, old=[ready_after(20, "a")], probe_grace=0.0)[0].grace == 0.0


@pytest.mark.parametrize(("restarts", "grace"), [(0, NEVER), (2, 0.0)])
def test_a_failing_liveness_probe_dooms_by_the_restarts_it_causes(restarts: int, grace: float) -> None:
    (finding,) = found("Liveness probe failed: timeout", restarts=restarts)
    assert (finding.title, finding.grace) == ("liveness probe fails", grace)


def test_readiness_is_not_asked_of_a_container_that_does_not_run() -> None:
    assert found(FAILED, state=samples.waiting("CrashLoopBackOff")) == []


@pytest.mark.parametrize("message", ["Liveness probe warning: redirected", "Container restarted", ""])
def test_other_news_about_a_container_is_no_failed_probe(message: str) -> None:
    assert found(message) == []


def test_the_probe_of_another_container_is_not_blamed_on_this_one() -> None:
    assert found(FAILED, container="sidecar") == []


def test_a_container_that_is_ready_again_is_no_finding() -> None:
    pod = samples.unready("2.0", state=RUNNING, restartCount=0)
    pod["status"]["containerStatuses"][0]["ready"] = True
    told = [samples.event(pod, "Unhealthy", FAILED)]
    assert list(probe.find(View(deployment, samples.rolling([pod], told), Limits()))) == []


def test_how_long_a_pod_took_is_told_by_the_clusters_clock() -> None:
    assert probe.seconds_to_ready(ready_after(90, "a")) == 90.0
    assert probe.seconds_to_ready(samples.unready("1.0")) is None


def telling(*told: str, restarts: int, state: Json | None = None) -> str:
    pod = samples.unready("2.0")
    events = [
        samples.having(samples.event(pod, "Unhealthy", message), {"lastTimestamp": f"2026-11-23T10:00:0{number}Z"})
        for number, message in enumerate(told)
    ]
    event = probe.telling(events, {"state": state or RUNNING, "restartCount": restarts})
    return event["message"] if event else ""


KILLED = "Liveness probe failed: HTTP probe failed with statuscode: 404"
SLOW = "Startup probe failed: HTTP probe failed with statuscode: 404"


def test_of_two_probes_the_one_that_restarts_the_container_says_more_once_it_has() -> None:
    assert telling(KILLED, FAILED, restarts=1) == KILLED
    assert telling(SLOW, FAILED, restarts=1) == SLOW
    assert telling(KILLED, FAILED, restarts=0) == FAILED


def test_a_restart_without_a_word_about_liveness_leaves_readiness() -> None:
    assert telling(FAILED, restarts=3) == FAILED
    assert telling(restarts=3) == ""


def test_the_latest_answer_of_a_probe_counts() -> None:
    other = "Readiness probe failed: connection refused"
    assert telling(FAILED, other, restarts=0) == other


def gate(*conditions: Json, ready: str = "True", **limits: t.Any) -> list[Finding]:
    pod = samples.unready("2.0", state=RUNNING, conditions={"type": "ContainersReady", "status": ready})
    pod["spec"]["readinessGates"] = [{"conditionType": "example.com/balanced"}]
    pod["status"]["conditions"] += conditions
    return list(probe.find(View(deployment, samples.rolling([pod]), Limits(**limits))))


def test_a_readiness_gate_that_nobody_fulfils_is_named() -> None:
    (finding,) = gate()
    assert (finding.code, finding.title) == ("probe", "readiness gate does not hold")
    assert finding.message == "example.com/balanced: nobody has said anything about it"
    assert finding.grace == NEVER


def test_a_readiness_gate_is_told_in_its_controllers_words_and_has_the_grace_that_is_asked_for() -> None:
    said = {"type": "example.com/balanced", "status": "False", "reason": "Unhealthy", "message": "target is unhealthy"}
    (finding,) = gate(said, probe_grace=20.0)
    assert (finding.message, finding.grace) == ("example.com/balanced: target is unhealthy", 20.0)


def test_a_readiness_gate_is_not_asked_before_the_containers_are_ready() -> None:
    assert gate(ready="False") == []
    assert gate({"type": "example.com/balanced", "status": "True"}) == []
