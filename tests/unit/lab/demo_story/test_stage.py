# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pathlib
import re
import sys
import time

import pytest

from ansible_collections.steady.rollout.lab.demo_story import stage
from ansible_collections.steady.rollout.lab.demo_story.figures import Second
from ansible_collections.steady.rollout.lab.demo_story.settings import Settings
from ansible_collections.steady.rollout.lab.demo_story.telling import Teller


@pytest.fixture
def teller(tmp_path: pathlib.Path) -> Teller:
    return Teller(tmp_path)


@pytest.fixture
def scene(tmp_path: pathlib.Path, teller: Teller) -> stage.Stage:
    return stage.Stage(Settings(on_lab=False, labs_own=False, cache=tmp_path, kubeconfig=""), teller)


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_what_is_picked_is_shown_and_everything_is_in_the_log(
    scene: stage.Stage, teller: Teller, capsys: pytest.CaptureFixture[str]
) -> None:
    step = scene.begin("step")
    code = scene.run(step, python("print('good'); print('noise')"), lambda line: [line] if line == "good" else [])
    assert code == 0
    assert capsys.readouterr().out == "   good\n"
    assert re.findall(r"\| (\w+)", teller.log_file.read_text()) == ["good", "noise"]
    assert step.when("noise") is not None
    assert step.when("nothing") is None


def test_a_heartbeat_tells_what_goes_on_when_nothing_else_is_shown(
    scene: stage.Stage, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "HEARTBEAT", 0.0)
    scene.run(scene.begin("step"), python("print('noise')"), lambda _line: [], lambda: "Install containerd")
    assert "   ... 00:00  Install containerd\n" in capsys.readouterr().out


def test_traffic_between_the_lines_is_shown_and_counted(scene: stage.Stage, capsys: pytest.CaptureFixture[str]) -> None:
    step = scene.begin("upgrade", expected=("1.0",))
    scene.heard(Second(time.time(), 50, {}, {"1.0": 50}))
    scene.run(step, python("print('line')"), lambda line: [line])
    assert re.search(r"1\.0 100 % +50 requests\n", capsys.readouterr().out)
    assert scene.sums()["upgrade"].requests == 50


@pytest.mark.parametrize(("version", "pure"), [("2.0", True), ("1.0", False)])
def test_a_step_is_settled_when_one_version_has_answered_alone(
    scene: stage.Stage, monkeypatch: pytest.MonkeyPatch, version: str, pure: bool
) -> None:
    monkeypatch.setattr(stage, "SETTLE", 0.05)
    step = scene.begin("upgrade", expected=("1.0", "2.0"))
    for second in range(stage.PURE_SECONDS):
        scene.heard(Second(step.started + second, 50, {}, {"2.0": 50}))
    assert scene.watch_until_pure(step, version) is pure


def test_a_step_that_was_not_ended_is_broken_off(scene: stage.Stage) -> None:
    ended, begun = scene.begin("first"), scene.begin("second")
    scene.end(ended, "done")
    scene.break_off()
    assert (ended.outcome, begun.outcome) == ("done", "broken off")


def test_a_calm_second_is_a_line_of_its_own_where_there_is_no_terminal(
    scene: stage.Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    for second in range(3):
        scene.heard(Second(float(second), 50, {}, {"1.0": 50}))
    scene.run(scene.begin("step"), python(""), lambda _line: [])
    assert len(capsys.readouterr().out.splitlines()) == 3
