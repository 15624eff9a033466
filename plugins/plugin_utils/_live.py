# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright: Contributors to the steady.rollout project
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Show what a running module says while it runs. PRIVATE to the collection.

A module cannot reach the terminal, the action that runs it can: it makes a named pipe, tells the module of it through the environment,
and a thread shows each line as it comes. Only on a local connection as the same user; elsewhere the module simply runs.
"""

from __future__ import annotations

import json
import os
import tempfile
import threading
import typing as t

from ansible import constants
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.steady.rollout.plugins.module_utils._ansible.progress import VARIABLE

_END = b"\n"


class LiveAction(ActionBase):
    """Runs the module of its own name and shows its progress."""

    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Run the module; the result is the module's own."""
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        if not self._can_follow():
            result.update(self._execute_module(task_vars=task_vars, wrap_async=self._task.async_val))
            return result
        with Follower() as follower:
            self._task.environment = [*(self._task.environment or []), {VARIABLE: follower.path}]
            result.update(self._execute_module(task_vars=task_vars))
        return result

    def _can_follow(self) -> bool:
        return (
            self._connection.transport == "local"
            and not self._task.become
            and not self._task.async_val
            and not self._task.no_log
        )


class Follower:
    """A named pipe, and a thread that shows what is written into it until the end is told."""

    def __init__(self) -> None:
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
        os.write(self._pipe, _END)
        self._thread.join()
        os.close(self._pipe)
        os.unlink(self.path)
        os.rmdir(self._folder)

    def _show(self) -> None:
        display = Display()
        with open(self._pipe, "rb", closefd=False) as lines:
            for line in lines:
                if line == _END:
                    return
                text = json.loads(line).get("text")
                if text:
                    display.display(f"  {text}")
