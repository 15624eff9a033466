# SPDX-License-Identifier: GPL-3.0-or-later
"""What happened when: each line goes to whoever watches, and into the result."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference

Json = dict[str, t.Any]

UNTOUCHED = "nothing was changed."


class Journal:
    """The timeline of one operation on one workload."""

    def __init__(self, ports: Ports, reference: Reference) -> None:
        self._ports = ports
        self._reference = reference
        self._began = ports.clock.monotonic()
        self.entries: list[Json] = []
        self.stage = UNTOUCHED

    @property
    def seconds(self) -> float:
        """Seconds since the operation began."""
        return self._ports.clock.monotonic() - self._began

    @property
    def last(self) -> str:
        """What was told last."""
        return str(self.entries[-1]["text"]) if self.entries else ""

    @property
    def left_behind(self) -> str:
        """In which state the workload is left if the operation ends now."""
        told = f" Last seen: {self.last}." if self.stage != UNTOUCHED and self.last else ""
        return f"{self._reference}: {self.stage}{told}"

    def say(self, text: str, pods: Json | None = None) -> None:
        """Tell what changed, with the time since the beginning and, where it is about them, the pods' numbers."""
        elapsed = self.seconds
        minutes, rest = divmod(int(elapsed), 60)
        entry: Json = {"at": self._ports.clock.now(), "seconds": round(elapsed, 3), "text": text}
        self.entries.append({**entry, "pods": pods} if pods else entry)
        self._ports.progress.say(f"{self._reference.short}  {minutes:02d}:{rest:02d}  {text}")
