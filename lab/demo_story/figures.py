# SPDX-License-Identifier: GPL-3.0-or-later
"""What the requests of a step add up to, and whether that is what the story promises. Pure: records in, figures out."""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

if t.TYPE_CHECKING:
    from collections.abc import Mapping

Json = dict[str, t.Any]


@dataclass(frozen=True)
class Second:
    """One second of traffic, as the probe reported it. ``at`` is the time of day in seconds since the epoch."""

    at: float
    requests: int
    failures: Mapping[str, int]
    versions: Mapping[str, int]

    @property
    def failed(self) -> int:
        return sum(self.failures.values())

    def only(self, version: str) -> bool:
        """Whether every request was answered, and by that version alone."""
        return self.requests > 0 and not self.failed and set(self.versions) == {version}


def second_of(record: Json) -> Second:
    """A record of http_probe as a Second."""
    return Second(
        at=moment(record["at"]),
        requests=record["requests"],
        failures={kind: count for kind, count in record["failures"].items() if count},
        versions={version: figures["requests"] for version, figures in record["versions"].items()},
    )


def moment(text: str) -> float:
    """A date in the form 2026-01-31T12:00:00.000Z as seconds since the epoch."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


@dataclass(frozen=True)
class Sum:
    """Several seconds together."""

    requests: int = 0
    failures: Mapping[str, int] = field(default_factory=dict)
    versions: tuple[str, ...] = ()

    @property
    def failed(self) -> int:
        return sum(self.failures.values())


def add_up(seconds: t.Iterable[Second]) -> Sum:
    """The figures of several seconds; versions in the order of their numbers."""
    requests, failures, versions = 0, Counter[str](), set[str]()
    for second in seconds:
        requests += second.requests
        failures.update(second.failures)
        versions.update(second.versions)
    return Sum(requests, dict(failures), tuple(sorted(versions)))


def shares_of_steps(seconds: t.Sequence[Second], starts: t.Sequence[float]) -> list[Sum]:
    """The figures of each step, in order; a step lasts until the next one starts, so that every second counts once.

    What was sent before the first step counts there.
    """
    ends = [*starts[1:], float("inf")]
    begins = [float("-inf"), *starts[1:]]
    return [
        add_up(second for second in seconds if begin <= second.at < end)
        for begin, end in zip(begins, ends, strict=True)
    ]


@dataclass(frozen=True)
class Check:
    """Something the story promises, and whether it held."""

    text: str
    holds: bool


def checks_of_traffic(step: str, traffic: Sum, expected: t.Collection[str]) -> list[Check]:
    """No request of a step may fail, and exactly the expected versions may answer."""
    kinds = ", ".join(f"{count} {kind}" for kind, count in traffic.failures.items())
    seen = ", ".join(traffic.versions) or "none"
    return [
        Check(
            f"{step}: {traffic.requests} requests, {traffic.failed} failed" + (f" ({kinds})" if kinds else ""),
            _clean(traffic),
        ),
        Check(
            f"{step}: versions seen: {seen} (expected: {', '.join(sorted(expected))})",
            set(traffic.versions) == set(expected),
        ),
    ]


def _clean(traffic: Sum) -> bool:
    return traffic.requests > 0 and traffic.failed == 0
