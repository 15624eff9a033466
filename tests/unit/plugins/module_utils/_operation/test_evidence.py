# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation import evidence
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Finding
from ansible_collections.steady.rollout.tests.unit.films.replay import show

CRASH = Finding("crash_loop", "", "", pod="app-1", container="app")


class Logs:
    """A cluster that has nothing but logs: by whether the one before is asked for."""

    def __init__(self, **texts: str | errors.RolloutError) -> None:
        self._texts = texts

    def logs(self, _namespace: str, _pod: str, _container: str, *, previous: bool, lines: int) -> str:
        text = self._texts.get("before" if previous else "now", "")
        if isinstance(text, errors.RolloutError):
            raise text
        return "\n".join(text.splitlines()[-lines:])


def last_lines(finding: Finding = CRASH, **texts: t.Any) -> tuple[str, ...]:
    return evidence.last_lines(t.cast(t.Any, Logs(**texts)), "shop", finding)


def test_a_container_started_again_has_said_its_last_words_before() -> None:
    assert last_lines(now="", before="panic: no port\n") == ("panic: no port",)


def test_its_own_words_come_first() -> None:
    assert last_lines(now="listening", before="panic") == ("listening",)


@pytest.mark.parametrize(
    ("code", "state", "line"),
    [
        ("crash_loop", "running", "panic"),
        ("init_failed", "running", "panic"),
        ("crash_loop", "CrashLoopBackOff", "listening"),
        ("probe", "running", "listening"),
    ],
)
def test_the_run_that_failed_is_listened_to(code: str, state: str, line: str) -> None:
    finding = Finding(code, "", "", pod="app-1", container="app", evidence={"state": state})
    assert last_lines(finding, now="listening", before="panic") == (line,)


def test_a_run_whose_log_is_gone_leaves_the_other() -> None:
    finding = Finding("init_failed", "", "", pod="app-1", container="app", evidence={"state": "running"})
    gone = "unable to retrieve container logs for containerd://25b33a39cb25618775ea9d5741ede95b64e454cd93fe"
    assert last_lines(finding, now="panic again", before=gone) == ("panic again",)
    assert last_lines(finding, now="", before=gone) == ()


def test_a_log_keeps_its_secrets() -> None:
    assert last_lines(now="dial postgres://app:hunter2@db:5432") == ("dial postgres://***@db:5432",)


def test_a_log_is_a_help_not_a_must() -> None:
    assert last_lines(now=errors.Forbidden("no"), before=errors.NotFound("gone")) == ()


def test_a_log_cannot_paint_the_terminal() -> None:
    assert last_lines(now="\x1b[31mred\x1b[0m\x07\tplain") == ("red\tplain",)


def test_only_the_first_finding_that_speaks_is_listened_to() -> None:
    findings = (Finding("quota", "", ""), CRASH, Finding("probe", "", "", pod="app-2", container="app"))
    heard = evidence.with_logs(t.cast(t.Any, Logs(now="why")), "shop", findings)
    assert [finding.logs for finding in heard] == [(), ("why",), ()]


def test_findings_that_have_no_log_stay_as_they_are() -> None:
    findings = (Finding("quota", "", ""),)
    assert evidence.with_logs(show("upgrade").cluster, "shop", findings) == findings


def test_a_finding_about_a_whole_pod_has_no_log() -> None:
    findings = (Finding("probe", "readiness gate does not hold", "", pod="app-1"),)
    assert evidence.with_logs(t.cast(t.Any, Logs(now="why")), "shop", findings) == findings
