# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as Markdown, for a merge request, a chat or a terminal."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import moments, wording
from ansible_collections.steady.rollout.plugins.module_utils._rollout.report import (
    answered,
    page,
    story,
    summary,
)

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.report.record import Report
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.report.story import Json, Story

SPECIAL = re.compile(r"([\\`*_\[\]#|~])")


def markdown(report: Report) -> str:
    """The whole report."""
    lines = [f"# {plain(report.title)}", "", plain(summary.sentence(report))]
    lines += ["", plain(when)] if (when := summary.when(report)) else []
    if report.stories:
        heads = ("", "Rollout", "Version", "Outcome", "Began (UTC)", "Took")
        lines += ["", *table(heads, [_row(index, one) for index, one in enumerate(report.stories, 1)])]
    for one in report.traffic:
        lines += ["", "## What users got", "", plain(one.text), "", plain(answered.failed_in_words(one))]
    pairs = story.undone_by(report.stories)
    for index, told in enumerate(report.stories):
        lines += ["", *_chapter(index + 1, told, page.links(index, pairs))]
    return "\n".join(lines) + "\n"


def plain(text: str) -> str:
    """Text from elsewhere in one line, with nothing in it that means something in Markdown or HTML."""
    return SPECIAL.sub(r"\\\1", " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;"))


def table(heads: t.Sequence[str], rows: t.Sequence[t.Sequence[str]]) -> list[str]:
    """The lines of a table."""
    return [_cells(heads), _cells(["---"] * len(heads)), *(_cells([plain(cell) for cell in row]) for row in rows)]


def _cells(cells: t.Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _row(index: int, one: Story) -> tuple[str, ...]:
    began = moments.clock(one.began) if one.began is not None else "-"
    return str(index), one.headline, one.change, one.outcome, began, wording.seconds(one.seconds)


def _chapter(index: int, one: Story, links: t.Sequence[tuple[str, int]]) -> list[str]:
    lines = [f"## {index}. {plain(one.headline)}", ""]
    lines += [f"- {words} rollout {to}." for words, to in links]
    shown = (("Outcome", one.outcome), ("Runs now", one.after), ("By", summary.by(one.run)), ("Next", one.following))
    lines += [f"- {name}: {plain(value)}" for name, value in shown if value]
    if one.gates:
        rows = [[str(gate.get(key, "")) for key in ("gate", "state", "message")] for gate in one.gates]
        lines += ["", *table(("Gate", "State", "Measured"), rows)]
    for finding in one.findings:
        lines += _finding(finding)
    if one.moments:
        lines += [
            "",
            *table(("After", "What happened"), [(f"{each.seconds:.1f} s", each.text) for each in one.moments]),
        ]
    return lines


def _finding(finding: Json) -> list[str]:
    place = ", ".join(f"{key} {finding[key]}" for key in ("pod", "container") if finding.get(key))
    lines = ["", f"### {plain(str(finding.get('title') or finding.get('code') or 'finding'))}", ""]
    lines += [plain(text) for text in (place, str(finding.get("message") or "")) if text]
    logs = finding.get("logs")
    if isinstance(logs, list) and logs:
        # Indented text is taken as it is, whatever it holds.
        lines += ["", *(f"    {' '.join(str(line).splitlines())}" for line in logs)]
    return lines
