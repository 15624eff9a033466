# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of the requests, added up: pure figures, no I/O and no clock."""

from __future__ import annotations

import math
import typing as t
from array import array
from collections import Counter
from dataclasses import dataclass, field

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._http.schedule import Schedule

Json = dict[str, t.Any]

# Every request that fails is in exactly one of these.
CONNECT = "connect"
TIMEOUT = "timeout"
RESET = "reset"
STATUS_5XX = "status_5xx"
STATUS_OTHER = "status_other"
UNEXPECTED = "unexpected"
UNSENT = "unsent"
FAILURES = (CONNECT, TIMEOUT, RESET, STATUS_5XX, STATUS_OTHER, UNEXPECTED, UNSENT)

_UNANSWERED = frozenset((CONNECT, TIMEOUT, RESET, UNSENT))
_PERCENTILES = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "max": 1.0}


class Sample(t.NamedTuple):
    """One request: when it was due, how long after that it ended (seconds), and how. No failure: answered well."""

    due: float
    latency: float
    new_connection: bool
    failure: str = ""
    version: str = ""
    detail: str = ""


@dataclass
class Tally:
    """A growing sum of samples."""

    requests: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    versions: Counter[str] = field(default_factory=Counter)
    latencies: array[float] = field(default_factory=lambda: array("d"))

    def add(self, sample: Sample) -> None:
        """Count one more request."""
        self.requests += 1
        if sample.failure:
            self.failures[sample.failure] += 1
        if sample.version:
            self.versions[sample.version] += 1
        if sample.failure not in _UNANSWERED:
            self.latencies.append(sample.latency)

    @property
    def failed(self) -> int:
        """Requests without the expected answer, of every kind."""
        return self.failures.total()

    def figures(self) -> Json:
        """The sums as plain data; ``requests`` is always the successful plus every kind of failed ones."""
        return {
            "requests": self.requests,
            "failed_requests": self.failed,
            "failures": {kind: self.failures[kind] for kind in FAILURES},
            "latency_ms": percentiles(self.latencies),
            "versions": shares(self.versions),
        }


def percentiles(latencies: t.Sequence[float]) -> dict[str, float] | None:
    """Latencies in seconds to the nearest-rank percentiles in milliseconds; None when nothing was answered."""
    if not latencies:
        return None
    ordered = sorted(latencies)
    return {
        name: round(1000 * ordered[max(0, math.ceil(share * len(ordered)) - 1)], 2)
        for name, share in _PERCENTILES.items()
    }


def shares(versions: t.Mapping[str, int]) -> dict[str, Json]:
    """How many answers came from each version, and which part of all answers that told one."""
    answers = sum(versions.values())
    return {
        version: {"requests": count, "share": round(count / answers, 4)} for version, count in sorted(versions.items())
    }


@dataclass
class Timeline:
    """Samples sorted into the seconds in which they were due; each is told once, when all its requests have ended."""

    schedule: Schedule
    figures: t.Callable[[Tally], Json] = Tally.figures
    told: int = 0
    _open: dict[int, Tally] = field(default_factory=dict)

    def add(self, sample: Sample) -> None:
        """Sort in one sample."""
        self._open.setdefault(int(sample.due), Tally()).add(sample)

    def finished(self, now: float) -> list[Json]:
        """The figures of the seconds that are over at ``now`` (seconds after the start) and not told yet, in order."""
        finished: list[Json] = []
        while self.told < self.schedule.seconds and min(self.told + 1, self.schedule.duration) <= now:
            tally = self._open.get(self.told) or Tally()
            if tally.requests < self.schedule.of_second(self.told):
                break
            finished.append({"second": self.told, **self.figures(tally)})
            self._open.pop(self.told, None)
            self.told += 1
        return finished
