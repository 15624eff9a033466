# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a rollout is, as its controller counts."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects

Json = dict[str, t.Any]
Phase = t.Literal["progressing", "complete", "failed"]


@dataclass(frozen=True)
class Status:
    """Progressing or complete, with what is missing in words, and the counts that people watch.

    ``counted`` is False while the counts are still those of another spec; ``failed``: its controller has given up for good;
    ``by_hand``: old pods stay until people delete them, so what it waits for is worth telling at once; ``words``: what people watch
    where it is not pods that count.
    """

    complete: bool
    message: str
    wanted: int = 0
    new_ready: int = 0
    old: int = 0
    available: int = 0
    counted: bool = True
    failed: bool = False
    by_hand: bool = False
    words: str = ""

    def __str__(self) -> str:
        counts = f"{self.new_ready}/{self.wanted} new ready, {self.old} old left"
        return self.words or (f"{counts}; {self.message}" if self.by_hand and not self.complete else counts)

    def pods(self, version: str) -> Json | None:
        """The counts as data, while that version is rolled out; None where it is not pods that count."""
        counts = {"new_ready": self.new_ready, "old": self.old, "available": self.available, "wanted": self.wanted}
        return None if self.words else {"version": version, **counts}


def deletion_by_hand(pods: t.Collection[Json]) -> str:
    """What a workload with the strategy OnDelete waits for: people who delete its old pods."""
    names = ", ".join(sorted(map(objects.name, pods)))
    return f"waiting for manual deletion of {len(pods)} pod{'s' if len(pods) > 1 else ''}: {names}"
