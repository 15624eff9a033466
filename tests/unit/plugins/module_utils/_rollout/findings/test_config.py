# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings import config
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Finding, Limits, View
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds import deployment
from ansible_collections.steady.rollout.tests.unit import samples

Json = dict[str, t.Any]

OCI = 'failed to create task: OCI runtime create failed: exec: "nope": executable file not found in $PATH: unknown'


def found(state: Json, last: Json | None = None) -> list[Finding]:
    pod = samples.unready("2.0", state=state, lastState=last or {})
    return list(config.find(View(deployment, samples.rolling([pod]), Limits(config_grace=15.0))))


@pytest.mark.parametrize(
    "message",
    ['configmap "settings" not found', "couldn't find key colour in ConfigMap shop/settings", 'secret "s" not found'],
)
def test_what_the_configuration_lacks_may_come_late(message: str) -> None:
    (finding,) = found(samples.waiting("CreateContainerConfigError", message))
    assert (finding.code, finding.message, finding.grace) == ("container_config", message, 15.0)


def test_a_kubelet_that_has_not_read_it_yet_is_no_finding() -> None:
    assert found(samples.waiting("CreateContainerConfigError", "failed to sync configmap cache: timed out")) == []


@pytest.mark.parametrize(
    ("state", "last"),
    [
        (samples.waiting("RunContainerError", OCI), None),
        (samples.waiting("CreateContainerError", OCI), None),
        (samples.terminated("StartError", 128, OCI), None),
        (samples.waiting("CrashLoopBackOff", "back-off 10s"), samples.terminated("StartError", 128, OCI)),
        (samples.waiting("CrashLoopBackOff", "back-off 10s"), samples.terminated("ContainerCannotRun", 127, OCI)),
        (samples.waiting("CreateContainerError", OCI), samples.terminated("Error", 1, "an earlier end")),
    ],
)
def test_a_program_that_cannot_be_started_dooms_at_once_in_the_runtimes_words(state: Json, last: Json | None) -> None:
    (finding,) = found(state, last)
    assert (finding.code, finding.message, finding.grace) == ("cannot_run", OCI, 0.0)


@pytest.mark.parametrize("message", ["context deadline exceeded", 'name "app_1" is reserved for "abc"'])
def test_a_runtime_that_is_only_slow_is_given_time(message: str) -> None:
    (finding,) = found(samples.waiting("CreateContainerError", message))
    assert finding.grace == 15.0


def test_the_runtimes_own_trouble_is_not_the_containers() -> None:
    assert found(samples.waiting("CrashLoopBackOff"), samples.terminated("ContainerCannotRun", 128, "no space")) == []


def test_a_container_that_runs_now_has_been_started_after_all() -> None:
    assert found({"running": {"startedAt": "2026-11-23T10:00:09Z"}}, samples.terminated("StartError", 128, OCI)) == []


def test_a_user_that_the_pod_forbids_itself_does_not_come_late() -> None:
    (finding,) = found(samples.waiting("CreateContainerConfigError", "container's runAsUser breaks non-root policy"))
    assert (finding.code, finding.grace) == ("container_config", 0.0)
    assert "runAsUser" in finding.hint


@pytest.mark.parametrize("code", [1, 127])
def test_a_program_that_ran_and_failed_was_started(code: int) -> None:
    assert found(samples.waiting("CrashLoopBackOff"), samples.terminated("Error", code)) == []
