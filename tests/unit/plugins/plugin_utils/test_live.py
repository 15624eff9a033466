# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import stat
import threading
import types
import typing as t

import pytest
from ansible import constants
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.steady.rollout.plugins.module_utils._ansible.progress import open_progress
from ansible_collections.steady.rollout.plugins.plugin_utils._live import (
    Follower,
    LiveAction,
    names_of,
    only_the_terminal_sees,
)
from ansible_collections.steady.rollout.plugins.plugin_utils._pace import Pace


@pytest.fixture(autouse=True)
def default_output(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the checkout's ansible.cfg says."""
    monkeypatch.setattr(constants, "DEFAULT_STDOUT_CALLBACK", "default")
    monkeypatch.setattr(constants, "CALLBACKS_ENABLED", [])


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the terminal was given, ansible-core's own warnings aside, which it gives once in a process."""
    lines: list[str] = []

    def display(_self: Display, text: str, **_options: object) -> None:
        if not text.startswith("["):
            lines.append(text)

    monkeypatch.setattr(Display, "display", display)
    return lines


def test_each_line_that_is_told_is_shown_once_and_in_order(shown: list[str]) -> None:
    with Follower(Pace()) as follower:
        told = open_progress({"STEADY_ROLLOUT_PROGRESS": follower.path})
        for number in range(100):
            told.say(f"line {number}")
    assert shown == [f"  line {number}" for number in range(100)]


def test_several_writers_are_all_shown(shown: list[str]) -> None:
    with Follower(Pace()) as follower:
        for number in range(3):
            open_progress({"STEADY_ROLLOUT_PROGRESS": follower.path}).say(f"writer {number}")
    assert shown == ["  writer 0", "  writer 1", "  writer 2"]


def test_lines_for_programs_are_not_shown(shown: list[str]) -> None:
    with Follower(Pace()) as follower, open(follower.path, "w") as pipe:
        pipe.write(json.dumps({"requests": 7}) + "\n")
    assert shown == []


def test_half_a_line_of_a_module_that_was_killed_keeps_nobody_waiting(shown: list[str]) -> None:
    with Follower(Pace()) as follower, open(follower.path, "w") as pipe:
        pipe.write('{"text": "whole"}\n{"text": "ha')
    assert shown == ["  whole"]


def test_a_state_that_waits_is_shown_when_its_time_has_come(shown: list[str]) -> None:
    seen = threading.Event()
    state = {"about": "shop/app", "state": "counts", "passing": True}
    with Follower(Pace()) as follower:
        told = open_progress({"STEADY_ROLLOUT_PROGRESS": follower.path})
        follower._display = lambda lines: (shown.extend(lines), len(shown) > 1 and seen.set())  # type: ignore
        told.say("shop/app  0/3", **state)
        told.say("shop/app  1/3", **state)
        assert seen.wait(30)
    assert shown == ["  shop/app  0/3", "  shop/app  1/3"]


def test_the_task_names_its_workloads() -> None:
    assert names_of({"namespace": "shop", "name": "app"}) == ["shop/app"]
    assert names_of({"namespace": "shop", "workloads": [{"name": "app"}, {"name": "db", "namespace": "data"}]}) == [
        "shop/app",
        "data/db",
    ]
    assert names_of({"name": "worker-1"}) == ["worker-1"]
    assert names_of({"workloads": "{{ wrong }}"}) == [""]


def test_a_module_that_says_nothing_leaves_nothing_to_wait_for(shown: list[str]) -> None:
    with Follower(Pace()):
        pass
    assert shown == []


def test_only_the_owner_can_reach_the_pipe_and_nothing_of_it_is_left(shown: list[str]) -> None:
    with Follower(Pace()) as follower:
        mode = os.stat(follower.path).st_mode
        assert stat.S_ISFIFO(mode)
        assert mode & 0o777 == 0o600
    assert not os.path.exists(os.path.dirname(follower.path))
    assert shown == []


def test_a_failure_in_between_leaves_nothing_either(shown: list[str]) -> None:
    follower = Follower(Pace())
    with pytest.raises(RuntimeError), follower:
        raise RuntimeError
    assert not os.path.exists(os.path.dirname(follower.path))
    assert shown == []


@pytest.mark.parametrize(
    ("transport", "task", "follows"),
    [
        ("local", {}, True),
        ("ssh", {}, False),
        ("local", {"become": True}, False),
        ("local", {"async_val": 60}, False),
        ("local", {"no_log": True}, False),
    ],
)
def test_only_a_module_beside_us_as_the_same_user_is_followed(
    transport: str, task: dict[str, t.Any], follows: bool
) -> None:
    action = LiveAction.__new__(LiveAction)
    action._connection = types.SimpleNamespace(transport=transport)
    action._task = types.SimpleNamespace(**{"become": False, "async_val": 0, "no_log": False, **task})
    assert action._can_follow() is follows


FAILED = {
    "msg": "It failed.",
    "failed": True,
    "changed": True,
    "timeline": [{"text": "a"}],
    "findings": [{"code": "b"}],
}
DONE = {"msg": "Upgraded.", "changed": True, "status": "complete", "seconds": 3.2, "timeline": []}


def task(**more: t.Any) -> types.SimpleNamespace:
    """A task that nobody asks anything of."""
    nothing = {"register": None, "failed_when": [], "changed_when": [], "until": [], "_parent": None, "args": {}}
    return types.SimpleNamespace(**{**nothing, "no_log": False, "become": False, "async_val": 0, **more})


def returned(monkeypatch: pytest.MonkeyPatch, result: dict[str, t.Any], verbosity: int = 0, **more: t.Any) -> t.Any:
    """What the action makes of the module's result on a remote connection."""
    monkeypatch.setattr(Display(), "verbosity", verbosity)
    monkeypatch.setattr(ActionBase, "run", lambda *_given: {})
    action = LiveAction.__new__(LiveAction)
    action._task, action._connection = task(**more), types.SimpleNamespace(transport="ssh")
    action._execute_module = lambda **_options: dict(result)  # type: ignore[method-assign]
    return action.run(task_vars={})


def test_a_success_ends_with_a_summary_and_keeps_its_result(shown: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert returned(monkeypatch, DONE) == DONE
    assert shown == ["  Upgraded in 3.2 s."]


def test_a_failure_that_only_the_terminal_sees_is_its_text(shown: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert returned(monkeypatch, FAILED) == {"msg": "It failed.", "failed": True, "changed": True}
    assert shown == []


@pytest.mark.parametrize(("verbosity", "more"), [(1, {}), (0, {"register": "rollout"}), (0, {"no_log": True})])
def test_whoever_may_want_it_gets_everything(
    shown: list[str], monkeypatch: pytest.MonkeyPatch, verbosity: int, more: dict[str, t.Any]
) -> None:
    assert returned(monkeypatch, FAILED, verbosity, **more) == FAILED
    assert shown == []


UNREAD = {"failed": True, "msg": "Module result deserialization failed.", "exception": "a", "module_stdout": ""}


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (143, "Stopped by SIGTERM before it had begun: nothing was changed."),
        (-2, "Stopped by SIGINT before it had begun: nothing was changed."),
        (137, "Ended by SIGKILL, which leaves no time to say how far it was."),
        (250, "Ended by signal 122, which"),
    ],
)
def test_a_module_that_a_signal_ended_before_it_said_anything_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, code: int, words: str
) -> None:
    found = returned(monkeypatch, {**UNREAD, "rc": code})
    assert found["msg"].startswith(words)
    assert (found["failed"], "exception" in found) == (True, False)


def test_any_other_result_that_cannot_be_read_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    for result in ({**UNREAD, "rc": 1}, {**FAILED, "rc": 143}):
        assert returned(monkeypatch, result, verbosity=1) == result


@pytest.mark.parametrize("asked", ["register", "failed_when", "changed_when", "until"])
def test_what_a_task_asks_of_its_result_may_be_any_part_of_it(asked: str) -> None:
    assert only_the_terminal_sees(task())
    assert not only_the_terminal_sees(task(**{asked: ["result.findings"]}))


@pytest.mark.parametrize("section", ["rescue", "always"])
def test_a_rescue_around_it_may_ask_too(section: str) -> None:
    outer = types.SimpleNamespace(**{"rescue": [], "always": [], section: ["a task"]}, _parent=None)
    assert not only_the_terminal_sees(task(_parent=types.SimpleNamespace(rescue=[], always=[], _parent=outer)))


@pytest.mark.parametrize(
    ("name", "value"), [("DEFAULT_STDOUT_CALLBACK", "awx_display"), ("CALLBACKS_ENABLED", ["ara"])]
)
def test_another_callback_may_want_everything(monkeypatch: pytest.MonkeyPatch, name: str, value: t.Any) -> None:
    monkeypatch.setattr(constants, name, value)
    assert not only_the_terminal_sees(task())
