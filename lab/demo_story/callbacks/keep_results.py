# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps what the workload modules return, a line of JSON for each task, for the story's report."""

from __future__ import annotations

import json
import os
import typing as t

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: keep_results
type: aggregate
short_description: keeps what the workload modules return
description: Keeps what the workload modules return.
"""


class CallbackModule(CallbackBase):
    """Appends to the file that the environment names."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "keep_results"
    CALLBACK_NEEDS_ENABLED = True

    def v2_runner_on_ok(self, result: t.Any) -> None:
        """A task that went well."""
        self._keep(result)

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        """A task that failed."""
        self._keep(result)

    def _keep(self, result: t.Any) -> None:
        returned = result.result
        if "timeline" in returned:
            with open(os.environ["DEMO_RESULTS"], "a", encoding="utf-8") as file:
                file.write(json.dumps(returned, default=str) + "\n")
