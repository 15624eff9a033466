# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings import node
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import (
    NEVER,
    Finding,
    Limits,
    View,
)
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds import deployment
from ansible_collections.steady.rollout.tests.unit import samples

Json = dict[str, t.Any]

WHERE = samples.POD["spec"]["nodeName"]
LEAVES = {"deletionTimestamp": "2026-11-23T10:00:09Z", "deletionGracePeriodSeconds": 30}
OUT_OF_CPU = "Pod was rejected: Node didn't have enough resource: cpu, requested: 400000, used: 0, capacity: 2000"


def found(
    pods: t.Sequence[Json], events: t.Sequence[Json] = (), old: t.Sequence[Json] = (), **limits: t.Any
) -> list[Finding]:
    return list(node.find(View(deployment, samples.rolling(pods, events, old=old), Limits(**limits))))


def disrupted(reason: str, name: str = "x", words: str = "") -> Json:
    pod = samples.having(samples.unready("2.0", name), {"metadata": {**LEAVES, "deletionGracePeriodSeconds": 0}})
    pod["status"]["conditions"].append(
        {"type": "DisruptionTarget", "status": "True", "reason": reason, "message": words}
    )
    return pod


def failed(reason: str, name: str = "x", words: str = "", **status: t.Any) -> Json:
    changes = {"phase": "Failed", "reason": reason, "message": words, "containerStatuses": None, **status}
    return samples.having(samples.unready("2.0", name), {"status": changes})


@pytest.mark.parametrize(
    ("pod", "code"),
    [
        (disrupted("EvictionByEvictionAPI"), "evicted"),
        (disrupted("PreemptionByScheduler"), "evicted"),
        (disrupted("DeletionByTaintManager"), "node_lost"),
        (disrupted("DeletionByPodGC"), "node_lost"),
        (failed("Evicted"), "evicted"),
        (failed("NodeLost"), "node_lost"),
    ],
)
def test_a_pod_that_was_taken_from_its_node_is_told_by_who_took_it(pod: Json, code: str) -> None:
    finding = found([pod])[0]
    assert (finding.code, finding.grace, finding.evidence["node"]) == (code, NEVER, WHERE)
    assert f"(node {WHERE})" in finding.message


def test_the_nodes_own_words_are_the_message() -> None:
    assert found([failed("Evicted", words="The node was low on resource: memory.")])[0].message.startswith(
        "The node was low on resource: memory."
    )


def test_many_pods_evicted_from_one_node_are_one_finding() -> None:
    codes = [finding.code for finding in found([failed("Evicted", str(number)) for number in range(9)])]
    assert codes == ["evicted"]


def test_a_pod_that_is_deleted_by_its_own_controller_is_no_finding_of_its_node() -> None:
    leaving = samples.having(samples.unready("2.0"), {"metadata": LEAVES})
    assert [finding.code for finding in found([leaving])] == ["terminating"]


@pytest.mark.parametrize(("count", "grace"), [(1, NEVER), (2, NEVER), (3, 15.0)])
def test_nodes_that_reject_one_pod_after_the_other_doom_the_rollout(count: int, grace: float) -> None:
    pods = [failed("OutOfcpu", str(number), OUT_OF_CPU) for number in range(count)]
    (finding,) = found(pods, crash_restarts=2, config_grace=15.0)
    assert (finding.code, finding.pod, finding.grace, finding.evidence["pods"]) == ("rejected", "", grace, count)
    assert OUT_OF_CPU in finding.message


def test_rejected_pods_doom_nothing_while_another_is_ready() -> None:
    pods = [failed("NodeAffinity", str(number)) for number in range(9)]
    (finding,) = found([*pods, samples.pod("2.0", "ready")])
    assert finding.grace == NEVER


def test_a_pod_that_ran_and_failed_was_not_rejected() -> None:
    ran = samples.unready("2.0")["status"]["containerStatuses"]
    assert found([failed("Error", containerStatuses=ran)]) == []


def test_a_node_that_does_not_answer_is_named() -> None:
    pod = samples.unready("2.0")
    (finding,) = found([pod], [samples.event(pod, "NodeNotReady", "Node is not ready", "")])
    assert (finding.code, finding.message, finding.grace) == ("node_lost", f"node {WHERE} is not ready", NEVER)


def test_a_pod_that_is_ready_again_has_its_node_back() -> None:
    pod = samples.pod("2.0")
    assert found([pod], [samples.event(pod, "NodeNotReady", "Node is not ready", "")]) == []


@pytest.mark.parametrize(("state", "codes"), [("ContainerCreating", ["sandbox"]), ("ErrImagePull", [])])
def test_a_node_that_cannot_set_up_the_pod_is_told_until_it_can(state: str, codes: list[str]) -> None:
    held = {"type": "PodReadyToStartContainers", "status": "False"}
    pod = samples.unready("2.0", state=samples.waiting(state), conditions=held)
    told = samples.event(pod, "FailedCreatePodSandBox", "plugin type=bridge failed (add)", "")
    assert [finding.code for finding in found([pod], [told])] == codes


def test_a_pod_that_does_not_go_is_worth_a_word_after_its_own_grace() -> None:
    leaving = samples.having(samples.pod("1.0"), {"metadata": LEAVES})
    (finding,) = found([], old=[leaving])
    assert (finding.code, finding.grace, finding.unsaid) == ("terminating", NEVER, 30 + node.LEAVING)
    assert "its containers have not ended" in finding.message


def test_a_finalizer_that_keeps_a_pod_is_named() -> None:
    kept = samples.having(samples.pod("1.0"), {"metadata": {**LEAVES, "finalizers": ["example.com/backup"]}})
    (finding,) = found([], old=[kept])
    assert "kept by the finalizer example.com/backup" in finding.message
    assert "example.com/backup" in finding.hint


def test_a_pod_that_cannot_go_because_its_node_is_away_says_so() -> None:
    leaving = samples.having(samples.pod("1.0"), {"metadata": LEAVES})
    (finding,) = found([], [samples.event(leaving, "NodeNotReady", "Node is not ready", "")], old=[leaving])
    assert "its node does not answer" in finding.message


def test_a_pod_without_a_node_says_so() -> None:
    assert node.where({"spec": {}}) == "no node"
