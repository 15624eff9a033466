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
        self.warnings: dict[str, None] = {}
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

    def say(self, text: str, pods: Json | None = None, weights: Json | None = None, *, passing: bool = False) -> None:
        """Tell what changed, with the time since the beginning and, where it is about them, the pods' numbers or the backends' weights.

        Whoever watches may be spared a ``passing`` state of these when the next one follows at once; the timeline has them all.
        """
        entry: Json = {"at": self._ports.clock.now(), "seconds": round(self.seconds, 3), "text": text}
        figures = {"pods": pods, "weights": weights}
        self.entries.append({**entry, **{key: value for key, value in figures.items() if value}})
        self._tell(text, state="counts" if pods else "", passing=passing)

    def detail(self, text: str, state: str) -> None:
        """Tell those who want to know more; the timeline does without. A newer line of that ``state`` stands for this one."""
        self._tell(text, state=state, passing=True, detail=True)

    def _tell(self, text: str, **how: t.Any) -> None:
        minutes, rest = divmod(int(self.seconds), 60)
        about = self._reference.short
        self._ports.progress.say(f"{about}  {minutes:02d}:{rest:02d}  {text}", about=about, **how)

    def warn(self, text: str) -> None:
        """Keep what people should know beside the result; the same is said once."""
        self.warnings[text] = None
