# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what ansible-playbook prints and keeps what matters to people: tasks that change something, progress, the failure."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

import yaml

Json = dict[str, t.Any]

_TASK = re.compile(r"(?:TASK|RUNNING HANDLER) \[(?:.+? : )?(?P<name>.+?)\] \**$")
_RESULT = re.compile(r"(?P<outcome>ok|changed|skipping|fatal|failed|included|rescued|ignored): \[(?P<host>[^\]]+)\]")
# What the modules of steady.rollout tell while they run: workload, minutes and seconds, what happened.
_PROGRESS = re.compile(r"  \S+/\S+  \d+:\d\d  \S")
_RECAP = re.compile(r"\S+ +: ok=(\d+) +changed=(\d+) +unreachable=(\d+) +failed=(\d+)")


@dataclass
class Reader:
    """Takes the lines one by one and gives back those to show. A task that tells its progress is not named as well."""

    task: str = ""
    changed: int = 0
    failed: int = 0
    failure: Json = field(default_factory=dict)
    _shown: str = ""
    _block: list[str] | None = None

    def feed(self, line: str) -> list[str]:
        """What to show for one more line of output."""
        if self._block is not None:
            if line.startswith("    ") or not line.strip():
                self._block.append(line)
                return []
            self.finish()
        if match := _TASK.match(line):
            self.task = match["name"]
            return []
        if match := _RECAP.match(line):
            _ok, changed, unreachable, failed = (int(number) for number in match.groups())
            self.changed += changed
            self.failed += unreachable + failed
            return []
        if match := _RESULT.match(line):
            return self._result(match["outcome"], line)
        if _PROGRESS.match(line):
            self._shown = self.task
            return [line.strip()]
        return []

    def finish(self) -> None:
        """The output has ended, or something else than the failure's result begins."""
        block, self._block = self._block, None
        if block is None:
            return
        try:
            found = yaml.safe_load("\n".join(block))
        except yaml.YAMLError:
            found = None
        self.failure = found if isinstance(found, dict) else {"msg": "\n".join(text.strip() for text in block).strip()}

    def _result(self, outcome: str, line: str) -> list[str]:
        if outcome in ("fatal", "failed"):
            rest = line.partition("=>")[2].strip()
            self._block = [f"    {rest}"] if rest else []
        if outcome not in ("changed", "fatal", "failed") or self._shown == self.task:
            return []
        self._shown = self.task
        return [self.task]

    @property
    def message(self) -> str:
        """Why the playbook failed, in the module's words."""
        return str(self.failure.get("msg", "")).strip()

    @property
    def cause(self) -> str:
        """The title of the first finding."""
        return next((str(finding.get("title", "")) for finding in self.failure.get("findings") or ()), "")

    @property
    def codes(self) -> set[str]:
        """The codes of the findings that the failed module reported."""
        return {str(finding.get("code", "")) for finding in self.failure.get("findings") or ()}
