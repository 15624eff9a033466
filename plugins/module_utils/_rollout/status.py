# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a rollout is, as its controller counts."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

Phase = t.Literal["progressing", "complete", "failed"]


@dataclass(frozen=True)
class Status:
    """Progressing or complete, with what is missing in words, and the counts that people watch.

    ``counted`` is False while the counts are still those of another spec.
    """

    complete: bool
    message: str
    wanted: int = 0
    new_ready: int = 0
    old: int = 0
    available: int = 0
    counted: bool = True

    def __str__(self) -> str:
        return f"{self.new_ready}/{self.wanted} new ready, {self.old} old left"
