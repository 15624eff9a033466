# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright: Contributors to the steady.rollout project
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: brief
type: stdout
short_description: The default output, with what this collection's modules return told in a few lines
version_added: 0.1.0
description:
  - Prints what P(ansible.builtin.default#callback) prints. Only a failure of one of this collection's modules is told by its text (what was
    asked, what happened, the cause with its evidence, what was done about it, what is next) and its gates, in place of everything
    that the module returned, which the default output prints even when the task registers it.
  - With C(-v) everything is printed as usual. What a task registers is whole in any case.
requirements:
  - set as stdout callback in the configuration
extends_documentation_fragment:
  - default_callback
  - result_format_callback
author:
  - Contributors to steady.rollout (@steady-rollout)
"""

EXAMPLES = r"""
ansible.cfg: |
  [defaults]
  stdout_callback = steady.rollout.brief
"""

import typing as t

from ansible.plugins.callback.default import CallbackModule as Default

from ansible_collections.steady.rollout.plugins.module_utils._rollout import digest


class CallbackModule(Default):
    """The default output with one thing less."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "steady.rollout.brief"

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        """A task that failed."""
        self._once(result)
        super().v2_runner_on_failed(result, ignore_errors)

    def v2_runner_item_on_failed(self, result: t.Any) -> None:
        """An item of a loop that failed."""
        self._once(result)
        super().v2_runner_item_on_failed(result)

    def _once(self, result: t.Any) -> None:
        """Keep ansible-core from printing the text on its own before it prints the result with the text in it."""
        if self._brief(result.result):
            result.result.pop("exception", None)
            result.result["failed"] = True

    def _brief(self, result: t.Mapping[str, t.Any]) -> bool:
        return not self._display.verbosity and digest.known(result)

    def _dump_results(self, result: t.Mapping[str, t.Any], *args: t.Any, **options: t.Any) -> str:
        if not self._brief(result):
            return str(super()._dump_results(result, *args, **options))
        return "".join(f"\n  {line}" for line in digest.lines(result))
