# SPDX-License-Identifier: GPL-3.0-or-later
"""Notes when each task began and ended, a line of JSON for each, in the file that BENCH_TASKS names."""

from __future__ import annotations

import json
import os
import time
import typing as t

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: task_times
type: aggregate
short_description: notes when each task began and ended
description: Notes when each task began and ended.
"""


class CallbackModule(CallbackBase):
    """Moments are CLOCK_MONOTONIC's, which all processes of a machine share."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "task_times"
    CALLBACK_NEEDS_ENABLED = True

    _began = 0.0

    def v2_playbook_on_task_start(self, task: t.Any, is_conditional: bool) -> None:
        """A task begins."""
        self._began = time.monotonic()

    def v2_runner_on_ok(self, result: t.Any) -> None:
        """A task went well."""
        self._note(result, "ok")

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        """A task failed."""
        self._note(result, "failed")

    def _note(self, result: t.Any, state: str) -> None:
        noted = {"task": result.task.name, "action": result.task.action, "state": state}
        moments = {"began": self._began, "ended": time.monotonic()}
        with open(os.environ["BENCH_TASKS"], "a", encoding="utf-8") as file:
            file.write(json.dumps({**noted, **moments}) + "\n")
