# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a rollout by weights is: kept in one annotation of the twin Deployment, so that the same command goes on after a kill."""

from __future__ import annotations

import dataclasses
import json
import typing as t
from dataclasses import dataclass

from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects

Json = dict[str, t.Any]

ANNOTATION = "steady.rollout/traffic"


@dataclass(frozen=True)
class State:
    """``step`` counts from 1, ``of`` are all; 0 before the first one. ``since``: when the present step began, in UTC.

    ``template`` is the hash of the template that is wanted, ``version`` its name for people. ``waiting``: the step is done and
    waits for approval. ``route``, ``service``, ``weights`` and ``parents`` are what the way back needs; ``track`` is in the pins' values.
    """

    strategy: str
    version: str
    template: str
    route: str
    service: str
    weights: tuple[int, ...]
    parents: tuple[str, ...]
    track: str
    step: int = 0
    of: int = 0
    weight: int = 0
    since: str = ""
    waiting: bool = False

    @property
    def words(self) -> str:
        """As sentences go on after the strategy and version."""
        place = f"step {self.step} of {self.of}" if self.step else "its beginning"
        waits = ", waiting for approval" if self.waiting else ""
        return f"at {place}, weight {self.weight} of 100{waits}, since {self.since}"

    def facts(self) -> Json:
        """As results show it."""
        keys = ("strategy", "version", "step", "weight", "since", "waiting", "route", "service")
        return {**{key: getattr(self, key) for key in keys}, "steps": self.of}


def annotation(state: State) -> dict[str, str]:
    """The annotation that keeps it."""
    return {ANNOTATION: json.dumps(dataclasses.asdict(state), sort_keys=True)}


def read(twin: Json) -> State | None:
    """What the twin Deployment keeps; None when somebody broke it."""
    try:
        found = json.loads(objects.annotations_of(twin).get(ANNOTATION, ""))
        return State(**{**found, "weights": tuple(found["weights"]), "parents": tuple(found["parents"])})
    except (ValueError, TypeError, KeyError):
        return None
