# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked for, and what is right about it: known beforehand by what is done, whatever a run says."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

Json = dict[str, t.Any]

CANARY: Json = {"type": "canary", "steps": [{"weight": 20, "for": "2s"}, {"weight": 60, "for": "2s"}]}
BLUE_GREEN: Json = {"type": "blue_green", "keep_for": "3s"}
NOT_FOUND = r"app:9\.9: not found|manifest unknown|image not found"
LAST = "2.2"
"""The good version to which everything is upgraded in the end."""


@dataclass(frozen=True)
class Ask:
    """``path``: the versions that the pod template has, one after the other, when nothing breaks; the first one is given.

    ``cause``: a regular expression that the failure has to match; empty where it has to succeed. ``seconds``: about how long it takes.
    """

    name: str
    kind: str
    path: tuple[str, ...]
    cause: str = ""
    strategy: Json = field(default_factory=dict)
    rollback: bool = False
    version: str = "2.0"
    seconds: float = 4.0

    @property
    def given(self) -> str:
        return self.path[0]

    @property
    def ends(self) -> str:
        """The version that has to serve afterwards."""
        return self.path[-1]


GOOD, BAD, BACK = ("1.0", "2.0"), ("1.0", "9.9", "1.0"), ("2.0", "1.0")


def of_kind(kind: str) -> tuple[Ask, ...]:
    return (
        Ask(f"{kind} upgraded", kind, GOOD),
        Ask(f"{kind} upgraded to an image that is not there", kind, BAD, NOT_FOUND, version="9.9"),
        Ask(f"{kind} rolled back", kind, BACK, rollback=True, version=""),
    )


def by_strategy(name: str, strategy: Json) -> tuple[Ask, ...]:
    return (
        Ask(f"{name} upgrade", "Deployment", GOOD, strategy=strategy, seconds=12.0),
        Ask(f"{name} of an image that is not there", "Deployment", ("1.0",), NOT_FOUND, strategy, version="9.9"),
    )


ASKS: tuple[Ask, ...] = (
    *of_kind("Deployment"),
    *of_kind("StatefulSet"),
    *of_kind("DaemonSet"),
    *by_strategy("canary", CANARY),
    *by_strategy("blue-green", BLUE_GREEN),
)
