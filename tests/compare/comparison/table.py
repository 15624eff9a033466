# SPDX-License-Identifier: GPL-3.0-or-later
"""Judgements as one Markdown table, aligned so that a terminal shows it as well."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from .judgement import RIGHT, Judgement
from .scenarios import Scenario

Row = Mapping[str, Judgement]

SUMS = ("right verdicts", "causes named", "left as it should be", "seconds in all")


def table(scenarios: Sequence[Scenario], tools: Sequence[str], results: Mapping[str, Row]) -> str:
    """A row per scenario, a column per tool, sums in the last rows; ``results`` by scenario, then by tool."""
    rows = [["scenario", "right is", *tools]]
    for scenario in scenarios:
        found = results.get(scenario.name, {})
        right = "success" if scenario.succeeds else "failure"
        rows.append([scenario.name, right, *(cell(found[tool]) if tool in found else "not played" for tool in tools)])
    sums = [totals([row[tool] for row in results.values() if tool in row]) for tool in tools]
    for name, *figures in zip(SUMS, *sums, strict=True):
        rows.append([f"**{name}**", "", *figures])
    return aligned(rows)


def cell(judgement: Judgement) -> str:
    """One result, the verdict first."""
    parts = [
        judgement.verdict if judgement.verdict == RIGHT else f"**{judgement.verdict}**",
        f"{judgement.seconds:.1f} s",
    ]
    if judgement.cause is not None:
        parts.append("cause named" if judgement.cause else "no cause")
    if judgement.left:
        parts.append(f"_{judgement.left}_")
    return ", ".join(parts)


def totals(judgements: Sequence[Judgement]) -> tuple[str, ...]:
    """What a tool adds up to, in the order of SUMS."""
    count = len(judgements)
    asked = [judgement for judgement in judgements if judgement.cause is not None]
    return (
        f"{sum(judgement.verdict == RIGHT for judgement in judgements)} of {count}",
        f"{sum(bool(judgement.cause) for judgement in asked)} of {len(asked)}",
        f"{sum(not judgement.left for judgement in judgements)} of {count}",
        f"{sum(judgement.seconds for judgement in judgements):.1f}",
    )


def aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [line(row, widths) for row in rows]
    return "\n".join([lines[0], line(["-" * width for width in widths], widths), *lines[1:]])


def line(row: Iterable[str], widths: Iterable[int]) -> str:
    return "| " + " | ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) + " |"
