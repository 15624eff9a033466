# SPDX-License-Identifier: GPL-3.0-or-later
"""When each request is due. The schedule is open: it waits for no answer, so a slow server cannot slow it down."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Schedule:
    """Request ``n`` is due ``n / rate`` seconds after the start, as long as that is before ``duration`` seconds."""

    rate: float
    duration: float

    def due(self, number: int) -> float:
        """Seconds after the start at which request ``number`` (from 0) is to be sent."""
        return number / self.rate

    @property
    def count(self) -> int:
        """How many requests there are in all."""
        return self._first_at(self.duration)

    @property
    def seconds(self) -> int:
        """How many seconds it covers; the last may be a part of one."""
        return math.ceil(self.duration)

    def of_second(self, second: int) -> int:
        """How many requests are due in the given second (from 0)."""
        return self._first_at(min(second + 1, self.duration)) - self._first_at(min(second, self.duration))

    def _first_at(self, moment: float) -> int:
        """The first request due at ``moment`` or later; exact where ``moment * rate`` is off by a rounding."""
        number = max(0, math.floor(moment * self.rate) - 1)
        while self.due(number) < moment:
            number += 1
        return number
