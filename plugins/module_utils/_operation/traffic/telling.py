# SPDX-License-Identifier: GPL-3.0-or-later
"""What one of the two sides tells, in the timeline of the workload that they both are."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.journal import Journal

Json = dict[str, t.Any]


class Told:
    """The workload's journal, told by one of its sides; what counts pods tells only that many of them are ready."""

    def __init__(self, journal: Journal, side: str) -> None:
        self._journal = journal
        self._side = side
        self._counted = ""

    def say(self, text: str, pods: Json | None = None, **figures: t.Any) -> None:
        """Tell what changed. The numbers of this side's pods are not those of the rollout, so they are words only."""
        line = f"{self._side}: {pods['new_ready']} of {pods['wanted']} pods ready" if pods else f"{self._side}: {text}"
        if not pods or line != self._counted:
            self._journal.say(line, **figures)
        self._counted = line if pods else self._counted

    def __getattr__(self, name: str) -> t.Any:
        return getattr(self._journal, name)
