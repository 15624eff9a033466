# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright: Contributors to the steady.rollout project
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Show what a running module says while it runs. PRIVATE to the collection.

A module cannot reach the terminal, the action that runs it can: it makes a named pipe, tells the module of it through the environment,
and a thread shows each line as it comes. Only on a local connection as the same user; elsewhere the module simply runs.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import tempfile
import threading
import time
import typing as t

from ansible import constants
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.steady.rollout.plugins.module_utils._ansible.progress import DETAILS, VARIABLE
from ansible_collections.steady.rollout.plugins.module_utils._rollout import digest
from ansible_collections.steady.rollout.plugins.plugin_utils._pace import Pace

Json = dict[str, t.Any]

_BLOCK = 65536
_SEEN = ("changed", "failed", "msg", "exception", "warnings", "deprecations", "ansible_facts", "invocation", "diff")
"""Of a failure's result what the default output prints on its own, or what has nothing to do with the module."""


class LiveAction(ActionBase):
    """Runs the module of its own name and shows its progress."""

    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp: str | None = None, task_vars: Json | None = None) -> Json:
        """Run the module; the result is the module's own, but for what nobody would read in it."""
        result: Json = super().run(tmp, task_vars)
        result.update(ended_by_signal(self._executed(task_vars)))
        if Display().verbosity or self._task.no_log or self._task.async_val or not digest.known(result):
            return result
        if not result.get("failed"):
            for line in digest.lines(result):
                Display().display(f"  {line}")
        elif only_the_terminal_sees(self._task):
            return {key: result[key] for key in _SEEN if key in result}
        return result

    def _executed(self, task_vars: Json | None) -> Json:
        """The module's result."""
        if not self._can_follow():
            return t.cast(Json, self._execute_module(task_vars=task_vars, wrap_async=self._task.async_val))
        detailed = Display().verbosity > 0
        pace = Pace(names_of(self._task.args), details=detailed)
        with Follower(pace) as follower:
            self._task.environment = [
                *(self._task.environment or []),
                {VARIABLE: follower.path, DETAILS: "yes" if detailed else ""},
            ]
            return t.cast(Json, self._execute_module(task_vars=task_vars))

    def _can_follow(self) -> bool:
        return (
            self._connection.transport == "local"
            and not self._task.become
            and not self._task.async_val
            and not self._task.no_log
        )


class Follower:
    """A named pipe, and a thread that shows what is written into it until the end is told."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        folder: str = constants.DEFAULT_LOCAL_TMP  # type: ignore[attr-defined]  # made when the module is loaded
        self._folder = tempfile.mkdtemp(prefix="steady-rollout-", dir=folder)
        self.path = os.path.join(self._folder, "progress")
        self._thread = threading.Thread(target=self._show, daemon=True)

    def __enter__(self) -> Follower:
        os.mkfifo(self.path, 0o600)
        # Open for both: it never blocks, neither here nor in a module that opens it later, and never ends before we say so.
        self._pipe = os.open(self.path, os.O_RDWR)
        self._thread.start()
        return self

    def __exit__(self, *_reason: object) -> None:
        os.write(self._pipe, b"\n\n")  # an empty line; the first end is that of a line which was cut
        self._thread.join()
        os.close(self._pipe)
        os.unlink(self.path)
        os.rmdir(self._folder)

    def _show(self) -> None:
        rest = b""
        while True:
            due = self._pace.due()
            patience = None if due is None else max(0.0, due - time.monotonic())
            if select.select([self._pipe], [], [], patience)[0]:
                *lines, rest = (rest + os.read(self._pipe, _BLOCK)).split(b"\n")
                for line in lines:
                    if not line:
                        self._display(self._pace.rest())
                        return
                    with contextlib.suppress(ValueError):  # a module that is killed may leave half a line
                        self._display(self._pace.take(json.loads(line), time.monotonic()))
            self._display(self._pace.ripe(time.monotonic()))

    def _display(self, lines: list[str]) -> None:
        for line in lines:
            Display().display(line)


def ended_by_signal(result: Json) -> Json:
    """The result, in one sentence where a signal ended the module before it could say anything: Ansible only says that it cannot read it.

    A module turns SIGTERM and SIGINT into an orderly end from the moment on at which it could change anything.
    """
    code = result.get("rc")
    if "module_stdout" not in result or not isinstance(code, int) or 0 <= code <= 128:
        return result
    number = -code if code < 0 else code - 128
    name = signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"
    orderly = number in (signal.SIGTERM, signal.SIGINT)
    text = (
        f"Stopped by {name} before it had begun: nothing was changed. Run the same again."
        if orderly
        else f"Ended by {name}, which leaves no time to say how far it was. Run the same again to go on; workload_info tells how it is."
    )
    return {**{key: value for key, value in result.items() if key != "exception"}, "msg": text}


def only_the_terminal_sees(task: t.Any) -> bool:
    """Whether nothing can come of a failure's result but that the default output prints all of it.

    A register, a condition, a rescue or always section, or another callback (AWX has its own) may want any part of it.
    """
    default = constants.DEFAULT_STDOUT_CALLBACK in ("default", "ansible.builtin.default")  # type: ignore[attr-defined]
    alone = default and not constants.CALLBACKS_ENABLED  # type: ignore[attr-defined]
    asked = (task.register, task.failed_when, task.changed_when, task.until)
    block = task._parent
    while block is not None and not (getattr(block, "rescue", None) or getattr(block, "always", None)):
        block = getattr(block, "_parent", None)
    return alone and block is None and not any(asked)


def names_of(arguments: Json) -> list[str]:
    """The workloads that the task names, as progress lines do."""
    entries = arguments.get("workloads")
    named = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else [arguments]
    places = ((entry.get("namespace") or arguments.get("namespace"), entry.get("name")) for entry in named)
    return ["/".join(str(part) for part in place if part) for place in places]
