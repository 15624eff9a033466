# SPDX-License-Identifier: GPL-3.0-or-later
"""What a row measured: samples by who was measured, and which goals they meet."""

from __future__ import annotations

import statistics
import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

OURS, CORE, KUBECTL, HELM = "steady.rollout", "kubernetes.core", "kubectl", "Helm"


class Figures(t.NamedTuple):
    """What samples come to."""

    minimum: float
    median: float
    maximum: float
    runs: int


def figures_of(samples: Sequence[float]) -> Figures:
    """At least one sample is needed."""
    return Figures(min(samples), statistics.median(samples), max(samples), len(samples))


@dataclass(frozen=True)
class Goal:
    """``words``: what should be so, with the limit in figures, for instance `median under 0.2 s`; ``reached``: what was."""

    words: str
    met: bool
    reached: str


def at_most(words: str, reached: float, limit: float, unit: str = "") -> Goal:
    """A goal that a figure keeps to a limit."""
    return Goal(words, reached <= limit, f"{number(reached)}{unit} of {number(limit)}{unit}")


def at_least(words: str, reached: float, limit: float, unit: str = "") -> Goal:
    """A goal that a figure comes up to a limit."""
    return Goal(words, reached >= limit, f"{number(reached)}{unit}, asked {number(limit)}{unit}")


def number(value: float) -> str:
    """As people write it: three digits that count, no more than three after the point."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.{1 if abs(value) >= 10 else 2 if abs(value) >= 1 else 3}f}"


@dataclass(frozen=True)
class Line:
    """One line of the table.

    ``samples`` by who was measured: OURS, CORE, KUBECTL, HELM have columns, any other name (a floor, a variant) is told with its
    figures in the last one. ``notes``: a word on somebody's figures. All samples of a line have its unit.
    """

    what: str
    unit: str
    samples: Mapping[str, Sequence[float]]
    goals: Sequence[Goal] = ()
    notes: Mapping[str, str] = field(default_factory=dict)

    def median(self, who: str) -> float:
        """Raises KeyError when nothing of theirs was measured."""
        return figures_of(self.samples[who]).median

    @property
    def met(self) -> bool:
        """Whether all goals are."""
        return all(goal.met for goal in self.goals)
