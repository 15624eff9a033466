# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines as one Markdown table, aligned so that a terminal shows it as well."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from comparison.table import aligned

from .line import CORE, HELM, KUBECTL, OURS, Goal, Line, figures_of, number

TOOLS = (OURS, CORE, KUBECTL, HELM)
HEAD = ["what", *TOOLS, "besides", "goal"]


def table(lines: Iterable[Line]) -> str:
    """Minimum / median / maximum by who was measured; with the goals, and whether they are met."""
    return aligned([HEAD, *map(cells, lines)])


def cells(line: Line) -> list[str]:
    """One line of the table."""
    others = [f"{who} {told(line, who)}" for who in line.samples if who not in TOOLS]
    return [
        f"{line.what}, {line.unit}",
        *(told(line, who) for who in TOOLS),
        "; ".join(others),
        "; ".join(map(goal_in_words, line.goals)),
    ]


def told(line: Line, who: str) -> str:
    """For instance `1.20 / 1.31 / 1.50`; one figure where it never differed, none where nothing was measured."""
    samples, note = line.samples.get(who), line.notes.get(who, "")
    if not samples:
        return note
    figures = figures_of(samples)
    three = [number(figure) for figure in figures[:3]]
    text = three[0] if len(set(three)) == 1 else " / ".join(three)
    few = f"({figures.runs} x)" if figures.runs < most(line.samples.values()) else ""
    return " ".join(part for part in (text, few, note) if part)


def most(samples: Iterable[Sequence[float]]) -> int:
    return max(map(len, samples))


def goal_in_words(goal: Goal) -> str:
    return f"{goal.words}: {'met' if goal.met else '**missed**'} ({goal.reached})"


def summary(lines: Sequence[Line], missing: Sequence[str]) -> str:
    """One line about all of them; ``missing``: the rows that could not be played."""
    goals = [goal for line in lines for goal in line.goals]
    missed = [line.what for line in lines if not line.met]
    parts = [f"{sum(goal.met for goal in goals)} of {len(goals)} goals met"]
    if missed:
        parts.append(f"missed by: {', '.join(missed)}")
    if missing:
        parts.append(f"not measured in full: {', '.join(missing)}")
    return "; ".join(parts) + "."
