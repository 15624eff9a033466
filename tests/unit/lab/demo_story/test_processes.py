# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import queue
import sys
import typing as t

from ansible_collections.steady.rollout.lab.demo_story import processes
from ansible_collections.steady.rollout.lab.demo_story.processes import Ended, Line


def happenings(inbox: processes.Inbox) -> list[t.Any]:
    """Everything until the end of the command."""
    found: list[t.Any] = []
    while not found or not isinstance(found[-1], Ended):
        found.append(inbox.get(timeout=10))
    return found


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_lines_of_both_streams_come_before_the_end_with_its_code() -> None:
    inbox: processes.Inbox = queue.SimpleQueue()
    with processes.started(
        python("import sys; print('a'); print('b', file=sys.stderr); sys.exit(3)"), os.environ, inbox
    ):
        found = happenings(inbox)
    assert set(found[:-1]) == {Line("a"), Line("b", error=True)}
    assert found[-1] == Ended(3)


def test_a_line_comes_while_the_command_still_runs() -> None:
    inbox: processes.Inbox = queue.SimpleQueue()
    with processes.started(python("print('a', flush=True); input()"), os.environ, inbox):
        assert inbox.get(timeout=10) == Line("a")


def test_a_command_left_early_is_asked_to_end() -> None:
    inbox: processes.Inbox = queue.SimpleQueue()
    code = """
import signal
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
print('ready', flush=True)
signal.sigwait({signal.SIGINT})
print('asked', flush=True)
"""
    with processes.started(python(code), os.environ, inbox):
        assert inbox.get(timeout=10) == Line("ready")
    assert happenings(inbox) == [Line("asked"), Ended(0)]
