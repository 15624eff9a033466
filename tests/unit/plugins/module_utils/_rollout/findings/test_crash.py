# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings import crash
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import (
    NEVER,
    Finding,
    Limits,
    View,
)
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds import deployment
from ansible_collections.steady.rollout.tests.unit import samples

Json = dict[str, t.Any]

BACK_OFF = samples.waiting("CrashLoopBackOff", "back-off 10s restarting failed container")


def found(state: Json, restarts: int, last: Json | None = None, **limits: t.Any) -> list[Finding]:
    pod = samples.unready("2.0", state=state, restartCount=restarts, lastState=last or {})
    return list(crash.find(View(deployment, samples.rolling([pod]), Limits(**limits))))


@pytest.mark.parametrize(("restarts", "grace"), [(1, NEVER), (2, 0.0), (7, 0.0)])
def test_a_crashing_container_dooms_its_pod_at_the_allowed_number_of_restarts(restarts: int, grace: float) -> None:
    (finding,) = found(BACK_OFF, restarts, samples.terminated("Error", 1), crash_restarts=2)
    assert (finding.code, finding.grace) == ("crash_loop", grace)


def test_no_restart_allowed_means_at_the_first_crash() -> None:
    assert found(BACK_OFF, 0, samples.terminated("Error", 1), crash_restarts=0)[0].grace == 0.0


@pytest.mark.parametrize(
    ("last", "title", "message"),
    [
        (samples.terminated("Error", 1), "container keeps crashing", "exit code 1, 1 restart"),
        (samples.terminated("Error", 137), "container keeps crashing", "exit code 137 (SIGKILL), 1 restart"),
        (samples.terminated("Error", 139), "container keeps crashing", "exit code 139 (SIGSEGV), 1 restart"),
        (samples.terminated("Completed", 0), "container keeps crashing", "exit code 0, 1 restart"),
        (
            samples.terminated("OOMKilled", 137),
            "out of memory",
            "killed for using more memory than its limit (OOMKilled), 1 restart",
        ),
        ({}, "container keeps crashing", "ended, 1 restart"),
    ],
)
def test_a_crash_is_told_by_how_it_ended(last: Json, title: str, message: str) -> None:
    (finding,) = found(BACK_OFF, 1, last)
    assert (finding.title, finding.message) == (title, message)


def test_a_program_that_ends_well_is_hinted_at_differently_from_one_that_fails() -> None:
    ended, failed = (found(BACK_OFF, 1, samples.terminated("", code))[0].hint for code in (0, 1))
    assert "ends by itself" in ended
    assert "log lines" in failed


def test_a_first_start_is_no_crash() -> None:
    assert found({"running": {}}, 0) == []


def test_a_restarted_container_that_is_not_ready_has_crashed() -> None:
    assert [finding.code for finding in found({"running": {}}, 1, samples.terminated("Error", 1))] == ["crash_loop"]


def test_a_program_that_could_not_be_started_has_not_crashed() -> None:
    assert found(BACK_OFF, 3, samples.terminated("StartError", 128)) == []


def test_a_container_that_has_just_ended_has_crashed_before_it_is_started_again() -> None:
    (finding,) = found(samples.terminated("Error", 1), 0)
    assert (finding.message, finding.grace, finding.evidence["state"]) == (
        "exit code 1, 0 restarts",
        NEVER,
        "terminated",
    )


def init(state: Json, restarts: int, last: Json | None = None, *, policy: str = "", **limits: t.Any) -> list[Finding]:
    pod = samples.unready("2.0", state=samples.waiting("PodInitializing"))
    run = {"name": "migrate", "ready": False, "restartCount": restarts, "state": state, "lastState": last or {}}
    pod["spec"]["initContainers"] = [
        {"name": "migrate", "image": "m:1", **({"restartPolicy": policy} if policy else {})}
    ]
    pod["status"]["initContainerStatuses"] = [run]
    return list(crash.find(View(deployment, samples.rolling([pod]), Limits(**limits))))


@pytest.mark.parametrize(("restarts", "grace"), [(0, NEVER), (2, NEVER), (3, 0.0)])
def test_an_init_container_that_fails_has_a_count_of_its_own(restarts: int, grace: float) -> None:
    (finding,) = init(samples.terminated("Error", 1), restarts, init_restarts=3, crash_restarts=1)
    assert (finding.code, finding.title, finding.container) == ("init_failed", "init container fails", "migrate")
    assert finding.grace == grace


def test_an_init_container_that_is_tried_again_has_failed_before() -> None:
    (finding,) = init({"running": {}}, 2, samples.terminated("Error", 1))
    assert (finding.code, finding.evidence["state"]) == ("init_failed", "running")


def test_an_init_container_that_succeeded_after_a_failure_has_done_its_work() -> None:
    assert init(samples.terminated("Completed", 0), 3) == []


def test_an_init_container_that_runs_for_the_first_time_is_no_finding() -> None:
    assert init({"running": {}}, 0) == []


def test_a_sidecar_is_a_container_like_any_other() -> None:
    (finding,) = init(samples.terminated("Completed", 0), 2, policy="Always", crash_restarts=2)
    assert (finding.code, finding.grace) == ("crash_loop", 0.0)
