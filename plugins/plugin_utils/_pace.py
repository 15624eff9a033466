# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright: Contributors to the steady.rollout project
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which of the lines that a module tells are shown, and when. PRIVATE to the collection.

Each line is a row in AWX's database, and nobody reads more than one a second: of states that follow each other faster only the latest
is shown. What is no passing state is always shown, at once.
"""

from __future__ import annotations

import typing as t

QUIET = 1.0
"""Seconds between two passing states of a workload, and between two times at which its pods' latest are shown."""
Told = dict[str, t.Any]
Key = tuple[str, str]


class Pace:
    """Takes what is told, as the port ``Progress`` puts it, and gives the lines to show. Moments are monotonic seconds."""

    def __init__(self, names: t.Iterable[str] = (), *, details: bool = False) -> None:
        self._width = max(map(len, names), default=0)
        self._details = details
        self._shown: dict[Key, float] = {}
        self._waiting: dict[Key, Told] = {}

    def take(self, told: Told, now: float) -> list[str]:
        """The lines to show at once."""
        if not told.get("text") or (told.get("detail") and not self._details):
            return []
        about, state = str(told.get("about", "")), str(told.get("state", ""))
        if state:
            self._waiting.pop((about, state), None)
        if told.get("passing") and now < self._next(told):
            self._waiting[about, state] = told
            return []
        earlier = [] if told.get("passing") else [key for key in self._waiting if key[0] == about]
        return [*(self._line(self._waiting.pop(key), now) for key in earlier), self._line(told, now)]

    def due(self) -> float | None:
        """When the next line may be shown that waits; None when none does."""
        return min(map(self._next, self._waiting.values()), default=None)

    def ripe(self, now: float) -> list[str]:
        """The lines that have waited long enough."""
        ready = [key for key, told in self._waiting.items() if self._next(told) <= now]
        return [self._line(self._waiting.pop(key), now) for key in ready]

    def rest(self) -> list[str]:
        """The lines that still wait at the end."""
        return [self._line(self._waiting.pop(key), 0.0) for key in list(self._waiting)]

    def _next(self, told: Told) -> float:
        return self._shown.get(_key(told), float("-inf")) + QUIET

    def _line(self, told: Told, now: float) -> str:
        self._shown[_key(told)] = now
        text, about = str(told["text"]), str(told.get("about", ""))
        return f"  {about:<{self._width}}{text[len(about) :]}" if about and text.startswith(about) else f"  {text}"


def _key(told: Told) -> Key:
    """What shares one moment a second: a workload's own line, and all of its details, which come in their order then."""
    return str(told.get("about", "")), "details" if told.get("detail") else ""
