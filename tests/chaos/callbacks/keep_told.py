# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps what each task returned, a line of JSON for each."""

from __future__ import annotations

import json
import os
import typing as t

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: keep_told
type: aggregate
short_description: keeps what tasks return
description: Keeps what tasks return.
"""


class CallbackModule(CallbackBase):
    """Appends to the file that the environment names."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "keep_told"
    CALLBACK_NEEDS_ENABLED = True

    def v2_runner_on_ok(self, result: t.Any) -> None:
        """A task that went well."""
        self._keep(result, failed=False)

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        """A task that failed."""
        self._keep(result, failed=True)

    def _keep(self, result: t.Any, *, failed: bool) -> None:
        with open(os.environ["CHAOS_TOLD"], "a", encoding="utf-8") as file:
            file.write(json.dumps({**result.result, "failed": failed}, default=str) + "\n")
