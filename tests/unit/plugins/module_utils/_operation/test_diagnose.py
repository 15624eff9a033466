# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.steady.rollout.plugins.module_utils._operation import diagnose, info
from ansible_collections.steady.rollout.plugins.module_utils._rollout import kinds
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Limits
from ansible_collections.steady.rollout.tests.unit.films import film as films
from ansible_collections.steady.rollout.tests.unit.films.replay import Show, show

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.case import Case


def failing(name: str) -> Show:
    """The film up to the moment at which the last words of what fails were read."""
    stage = show(name)
    for scene in films.load(name).scenes:
        if "log" in scene:
            break
        if "object" in scene:
            stage.cluster.stage.take(scene)
    return stage


def cases(stage: Show) -> list[Case]:
    return info.everything(stage.ports, kinds.NAMES, "", Limits())


def told(stage: Show) -> list[str]:
    return diagnose.diagnose(stage.ports, cases(stage))


def test_a_crash_is_told_with_its_last_words() -> None:
    lines = told(failing("crash_loop"))
    assert lines[0].startswith("Deployment shop/app, ")
    assert lines[0].endswith("container keeps crashing")
    (title,) = [line for line in lines if line.startswith("  Log of pod ")]
    assert title.endswith(", container app, this run:")
    assert lines[lines.index(title) + 1].endswith(":no-port")


def test_what_is_well_is_left_out() -> None:
    assert told(failing("upgrade")) == ["Nothing is wrong: 1 looked at, none of them is sick."]


def test_only_logs_are_asked_for_and_secrets_in_them_are_masked() -> None:
    stage = failing("crash_loop")
    found = cases(stage)
    asked: list[tuple[str, str, bool]] = []

    class Logs:
        def logs(self, _namespace: str, pod: str, container: str, *, previous: bool, lines: int) -> str:
            asked.append((pod, container, previous))
            return "starting\npassword=hunter2hunter2\n"

    lines = diagnose.diagnose(replace(stage.ports, cluster=t.cast(t.Any, Logs())), found)
    assert len(asked) == len(set(asked)) <= 4
    assert "    | password=***" in lines


def test_of_very_many_the_most_urgent_are_told() -> None:
    stage = failing("crash_loop")
    (found,) = cases(stage)
    many = [replace(found, facts={**found.facts, "name": f"app-{number:02}"}) for number in range(13)]
    lines = diagnose.diagnose(stage.ports, many[::-1])
    assert [line.split(",")[0] for line in lines if line.startswith("Deployment ")] == [
        f"Deployment shop/app-{number:02}" for number in range(10)
    ]
    assert lines[-1].startswith("3 more are sick")
