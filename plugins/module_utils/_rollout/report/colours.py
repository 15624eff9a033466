# SPDX-License-Identifier: GPL-3.0-or-later
"""One colour for each version, the same in every chart of a report."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout.report.markup import EMPTY, Markup, element

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.report.record import Report

COLOURS = 6


def palette(report: Report) -> dict[str, str]:
    """Version to the class of its colour, in the order in which versions turn up."""
    seen: dict[str, None] = {}
    for story in report.stories:
        seen.update(dict.fromkeys(version for version in (story.before, story.asked, story.after) if version))
        for gate in story.gates:
            figures = gate.get("measurement")
            seen.update(dict.fromkeys(_versions(figures) if isinstance(figures, dict) else ()))
    for traffic in report.traffic:
        seen.update(dict.fromkeys(traffic.versions))
    return {version: f"v{index % COLOURS}" for index, version in enumerate(seen)}


def _versions(figures: dict[str, t.Any]) -> list[str]:
    versions = figures.get("versions")
    return sorted(map(str, versions)) if isinstance(versions, dict) else []


def legend(entries: t.Iterable[tuple[str, str]]) -> Markup:
    """What each colour stands for: style and words."""
    items = [element("li", swatch(style), words) for style, words in entries]
    return element("ul", items, class_="legend") if items else EMPTY


def swatch(style: str) -> Markup:
    """A small square of a colour."""
    square = element("rect", width="12", height="12", rx="3", class_=style)
    return element("svg", square, width="12", height="12", aria_hidden="true")
