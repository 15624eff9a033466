# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation import info
from ansible_collections.steady.rollout.plugins.module_utils._operation.evidence import SPEAKING
from ansible_collections.steady.rollout.plugins.module_utils._rollout import diagnosis, kinds
from ansible_collections.steady.rollout.plugins.module_utils._rollout.case import Case
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Limits
from ansible_collections.steady.rollout.tests.unit.films import film as films
from ansible_collections.steady.rollout.tests.unit.films.replay import show

Json = dict[str, t.Any]
NOW = "2026-11-23T10:00:30Z"


def case(name: str, *, whole: bool = False) -> Case:
    """What one look finds when the film is over, or (unless ``whole``) at the moment of its worst."""
    stage = show(name)
    worst = None
    for scene in films.load(name).scenes:
        if "object" not in scene:
            continue
        stage.cluster.stage.take(scene)
        found = info.everything(stage.ports, kinds.NAMES, "", Limits())
        if found and (whole or found[0].verdict.findings):
            worst = found[0]
    assert worst is not None
    return worst


def told(found: Case, *logs: diagnosis.Log) -> list[str]:
    return list(diagnosis.told(found, logs, NOW))


def section(lines: list[str], title: str) -> list[str]:
    begin = lines.index(f"  {title}:") + 1
    end = next((at for at, line in enumerate(lines[begin:], begin) if not line.startswith("    ")), len(lines))
    return lines[begin:end]


KEPT = case("image_not_found_kept", whole=True)


def test_cause_pods_conditions_warnings_rollouts_and_advice_are_told() -> None:
    lines = told(KEPT)
    assert lines[0] == "Deployment shop/app, 9.9 (revision 2): failed, image not found"
    assert lines[1] == "  0 of 3 new pods ready, 3 old left."
    assert section(lines, "Why")[0].endswith("container app: registry.lab:5000/app:9.9: not found")
    assert "ErrImagePull (container app) on lab-worker-" in section(lines, "Pods")[0]
    assert any(line.startswith("    Available=True for ") for line in section(lines, "Conditions"))
    assert any("Failed to pull image" in line for line in section(lines, "Warnings"))
    assert [line.partition(",")[0] for line in section(lines, "Rollouts")] == [
        "    revision 2: 9.9",
        "    revision 1: 1.0",
    ]
    assert section(lines, "Next")[0] == "    Push the image, or choose a tag that the registry has."


def test_the_way_back_is_one_line_to_copy() -> None:
    assert section(told(KEPT), "Next")[-1] == (
        "    To go back to revision 1 (1.0): ansible-playbook steady.rollout.rollback"
        " -e workload_kind=Deployment -e workload_namespace=shop -e workload_name=app"
    )


def test_a_paused_one_is_told_how_to_go_on() -> None:
    lines = told(case("image_not_found_paused", whole=True))
    assert lines[0].endswith(": paused, image not found")
    assert "    To let it roll: kubectl -n shop rollout resume deployment/app" in lines


def running(renewed: str) -> Case:
    run = {"holder": "ops@host pid 7", "task": "Upgrade to 9.9", "progress": "0/3 new ready", "renewed": renewed}
    return replace(KEPT, facts={**KEPT.facts, "running": run})


def test_nobody_is_sent_back_while_a_run_is_at_work() -> None:
    lines = told(running("2026-11-23T10:00:25Z"))
    assert "  It is being changed by ops@host pid 7: Upgrade to 9.9 (0/3 new ready)." in lines
    assert "    That run decides what becomes of it: wait for its end." in lines
    assert not any("To go back" in line for line in lines)


def test_a_run_without_a_sign_of_life_is_told_as_that() -> None:
    lines = told(running("2026-11-23T09:55:30Z"))
    assert any(line.endswith("(0/3 new ready); no sign of it for 5m.") for line in lines)
    assert any(line.startswith("    That run was killed or cut off") for line in lines)
    assert any("To go back" in line for line in lines)


@pytest.mark.parametrize(
    ("film", "kind", "title"),
    [
        ("ordered_denied", "StatefulSet", "the priority class does not exist"),
        ("daemon_crash_loop", "DaemonSet", "container keeps crashing"),
        ("ordered_never_ready", "StatefulSet", "readiness probe fails"),
        ("unschedulable", "Deployment", "no node takes the pod"),
    ],
)
def test_every_kind_is_told(film: str, kind: str, title: str) -> None:
    lines = told(case(film))
    assert lines[0].startswith(f"{kind} ")
    assert title in lines[0]
    assert section(lines, "Next")


def test_the_run_before_is_heard_where_there_was_one() -> None:
    ((_pod, container, runs),) = diagnosis.speakers(case("crash_loop"), SPEAKING)
    assert (container, runs[0]) == ("app", True)


def test_what_runs_and_is_not_ready_is_heard_although_no_cause_speaks() -> None:
    found = case("never_ready")
    quiet = replace(found, verdict=replace(found.verdict, findings=()))
    ((_pod, container, runs),) = diagnosis.speakers(quiet, SPEAKING)
    assert (container, runs) == ("app", (False,))


def test_what_never_ran_is_not_asked_for_a_log() -> None:
    assert diagnosis.speakers(KEPT, SPEAKING) == []


def test_logs_are_told_as_they_are() -> None:
    lines = told(KEPT, diagnosis.Log("app-1", "app", True, ("panic: " + "x" * 200,)))
    title = lines.index("  Log of pod app-1, container app, the run before:")
    assert lines[title + 1] == f"    | panic: {'x' * 200}"


def test_the_same_said_of_many_pods_stands_once() -> None:
    pods = tuple(
        {"kind": "Pod", "metadata": {"name": f"app-{n}", "namespace": "shop", "uid": f"u{n}"}} for n in range(3)
    )
    events = tuple(
        {
            "involvedObject": {"kind": "Pod", "name": f"app-{n}", "uid": f"u{n}"},
            "reason": "Evil",
            "message": f"app-{n} said token=abcdef123456",
            "count": 2,
            "lastTimestamp": f"2026-11-23T10:00:2{n}Z",
        }
        for n in range(3)
    )
    found = replace(KEPT, snapshot=replace(KEPT.snapshot, new_pods=pods, old_pods=(), events=events))
    assert section(told(found), "Warnings") == ["    8s ago, 6 times, Pod app-0 and 2 more: Evil: app-2 said token=***"]
