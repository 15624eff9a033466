# SPDX-License-Identifier: GPL-3.0-or-later
"""One consistent reading of a workload: itself, its revisions, its pods, and what was said about them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects

Json = dict[str, t.Any]


@dataclass(frozen=True)
class Reference:
    """Which workload is meant."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.short}"

    @property
    def short(self) -> str:
        """As progress lines name it: with its namespace, if it is in one."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


@dataclass(frozen=True)
class Snapshot:
    """What one look found. Everything in it belongs to the workload by UID; nothing is there by label alone.

    ``left_out``: pods that count for nothing, as their nodes are not ready and the wait was told to do without those.
    """

    workload: Json | None
    newest: Json | None = None
    revisions: tuple[Json, ...] = ()
    new_pods: tuple[Json, ...] = ()
    old_pods: tuple[Json, ...] = ()
    events: tuple[Json, ...] = ()
    left_out: tuple[Json, ...] = ()

    def events_about(self, obj: Json) -> tuple[Json, ...]:
        """The events whose object this is, by UID."""
        wanted = objects.uid(obj)
        return tuple(event for event in self.events if (event.get("involvedObject") or {}).get("uid") == wanted)
