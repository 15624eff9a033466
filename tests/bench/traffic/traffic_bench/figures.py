# SPDX-License-Identifier: GPL-3.0-or-later
"""What wrk and the load program counted, read from what they print."""

from __future__ import annotations

import json
import typing as t
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Json = dict[str, t.Any]

BEFORE, DURING, AFTER = "before", "during", "after"
# wrk's names, and what the load program calls the like of it.
WRK_ERRORS = {"connect": "refused", "read": "cut", "write": "reset", "status": "status", "timeout": "timeout"}


class Unreadable(Exception):
    """A program did not print its figures."""


@dataclass(frozen=True)
class Phase:
    """One part of a row; ``p50`` and ``p99`` in milliseconds from the moment a request was due; ``failed`` by cause."""

    seconds: float
    requests: int
    failed: Mapping[str, int]
    versions: Mapping[str, int]
    p50: float
    p99: float


@dataclass(frozen=True)
class Figures:
    """All of one row. ``seen``: seconds after the load began at which a version was met first and last."""

    phases: Mapping[str, Phase]
    seen: Mapping[str, tuple[float, float]]
    requests: int
    failed: Mapping[str, int]
    per_second: float

    @property
    def lost(self) -> int:
        return sum(self.failed.values())

    def met_until(self, version: str) -> float | None:
        """Seconds from the beginning of the change until users met a version for the last time; None: they never did."""
        return self.seen[version][1] - self.phases[BEFORE].seconds if version in self.seen else None

    def met_for(self, version: str) -> float | None:
        """Seconds between the first and the last time that users met a version."""
        return self.seen[version][1] - self.seen[version][0] if version in self.seen else None


def figures_of(load: str, wrk: str) -> Figures:
    """From the output of both programs; ``wrk`` may be empty when it was not asked for anything. Raises Unreadable."""
    told = last_json("the load program", load)
    phases = {phase["name"]: phase_of(phase) for phase in told["phases"]}
    failed = Counter[str]()
    for phase in phases.values():
        failed.update(phase.failed)
    requests = sum(phase.requests for phase in phases.values())
    if wrk:
        kept = last_json("wrk", wrk)
        lost = {f"wrk: {cause}": kept[name] for name, cause in WRK_ERRORS.items() if kept[name]}
        failed.update(lost)
        # What wrk calls a request is one that was answered; a connection that broke is none of them.
        requests += kept["requests"] + sum(kept[name] for name in ("connect", "read", "write"))
    seconds = sum(phase.seconds for phase in phases.values())
    seen = {version: (span["first"], span["last"]) for version, span in told["seen"].items()}
    return Figures(phases, seen, requests, dict(failed), requests / seconds)


def phase_of(told: Json) -> Phase:
    requests = sum(told["requests"].values())
    return Phase(told["seconds"], requests, told["failed"], told["versions"], told["p50_ms"], told["p99_ms"])


def last_json(program: str, output: str) -> Json:
    """The last line of what a program printed that is a JSON object."""
    for line in reversed(lines_of(output)):
        try:
            told = json.loads(line)
        except ValueError:
            continue
        if isinstance(told, dict):
            return told
    raise Unreadable(f"{program} printed no figures: {output.strip()[-500:] or 'nothing'}")


def lines_of(output: str) -> list[str]:
    return output.strip().splitlines()


def in_words(failed: Mapping[str, int]) -> str:
    """For instance `12 (refused 8, read 4)`, the most frequent first, whoever saw it; `0` when nothing failed."""
    by_cause = Counter[str]()
    for name, count in failed.items():
        by_cause[name.partition(": ")[2]] += count
    causes: Iterable[tuple[str, int]] = sorted(by_cause.items(), key=lambda cause: (-cause[1], cause[0]))
    listed = ", ".join(f"{name} {count:,}" for name, count in causes)
    return f"{sum(failed.values()):,} ({listed})" if listed else "0"
