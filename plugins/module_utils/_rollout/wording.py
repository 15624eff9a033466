# SPDX-License-Identifier: GPL-3.0-or-later
"""Sentences and failure reports: asked, happened, cause with evidence, done about it, next."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Finding

LOG_LINES_SHOWN = 5


def seconds(value: float) -> str:
    """A length of time for people: ``0.8 s``, ``42 s``, ``2 min 5 s``, ``3 h``."""
    if value < 10:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    hours, minutes = divmod(minutes, 60)
    parts = {"h": hours, "min": minutes, "s": rest}
    return " ".join(f"{number} {unit}" for unit, number in parts.items() if number)


def listed(items: t.Iterable[str]) -> str:
    """Several things as a sentence names them: ``a, b and c``."""
    *most, last = items
    return f"{', '.join(most)} and {last}" if most else last


def plain(text: str) -> str:
    """In one line, without what a terminal would obey."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def cause(findings: t.Sequence[Finding]) -> list[str]:
    """The telling finding with its evidence, then the other causes in one line each."""
    if not findings:
        return []
    first = findings[0]
    alike = [finding for finding in findings if (finding.code, finding.container) == (first.code, first.container)]
    twins = {finding.pod for finding in alike if finding.pod} - {first.pod}
    also = f" (and {len(twins)} more pod{'s' if len(twins) > 1 else ''})" if twins else ""
    lines = [f"{first.place}{also}: {first.message}" if first.place else first.message]
    lines += [f"log: {line}" for line in first.logs[-LOG_LINES_SHOWN:]]
    others: dict[tuple[str, str], Finding] = {}
    for finding in findings[1:]:
        if (finding.code, finding.container) != (first.code, first.container):
            others.setdefault((finding.code, finding.container), finding)
    return lines + [f"also: {brief(other)}" for other in others.values()]


def brief(finding: Finding) -> str:
    """One finding in one line."""
    return (
        f"{finding.title} ({finding.place}): {finding.message}"
        if finding.place
        else f"{finding.title}: {finding.message}"
    )


def failure(asked: str, happened: str, findings: t.Sequence[Finding], done: str, following: str) -> str:
    """The whole report of a failed operation, one thing a line."""
    hint = findings[0].hint if findings else ""
    lines = [f"{asked} {happened}."]
    lines += [f"  {line}" for line in cause(findings)]
    lines += [done] if done else []
    steps = " ".join(part for part in (hint, following) if part)
    lines += [f"Next: {steps}"] if steps else []
    return "\n".join(lines)
