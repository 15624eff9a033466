# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a row meets its goals."""

from __future__ import annotations

from .figures import AFTER, BEFORE, DURING, Figures

SLOWER = 2.0
"""How many times p99 before p99 during may be."""

ENOUGH = 5000
"""Requests per second that there should be in all."""

FEW = 0.01
"""The share of all requests that may fail until a bad canary is gone."""


def missed(figures: Figures, loses: bool) -> list[str]:
    """The goals that a row of the first table misses, in words; ``loses``: it is there to lose requests."""
    if loses:
        return [] if figures.lost else ["known to lose requests, and lost none: the load sees nothing"]
    found = []
    if figures.lost:
        after = sum(figures.phases[AFTER].failed.values()) + sum(figures.phases[BEFORE].failed.values())
        found.append(f"{figures.lost} failed" + (f", {after} of them before or after it" if after else ""))
    times = slower(figures)
    if times > SLOWER:
        found.append(f"p99 {times:.1f} times that before")
    return found


def slower(figures: Figures) -> float:
    """How many times p99 before p99 during is."""
    before = figures.phases[BEFORE].p99
    return figures.phases[DURING].p99 / before if before else 0.0


def caught(figures: Figures, bad: str, good: str) -> list[str]:
    """What is wrong about how a bad canary ended, in words."""
    found = []
    if bad not in figures.seen:
        found.append(f"no user met {bad}: nothing was tried")
    if figures.phases[AFTER].versions.get(bad):
        found.append(f"users meet {bad} afterwards")
    if not figures.phases[AFTER].versions.get(good):
        found.append(f"users do not meet {good} afterwards")
    share = figures.lost / figures.requests
    if share >= FEW:
        found.append(f"{share:.2%} of all requests failed")
    return found
