# SPDX-License-Identifier: GPL-3.0-or-later
"""What users got, second by second, from the result of a probe."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.steady.rollout.plugins.module_utils._rollout import moments
from ansible_collections.steady.rollout.plugins.module_utils._rollout.report.story import dicts, number

Json = dict[str, t.Any]
MOST_SPANS = 300
"""More points than this nobody sees apart, and each costs some 300 bytes."""


@dataclass(frozen=True)
class Span:
    """Requests that were due from ``begin`` to ``end`` (seconds since 1970); latencies in ms, None when nothing was answered."""

    begin: float
    end: float
    requests: int
    failed: int
    p50: float | None
    p99: float | None
    versions: dict[str, int]
    failures: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Traffic:
    """One probe: its sentence, its sums and its spans in order."""

    text: str
    requests: int
    failed: int
    latency: Json
    versions: dict[str, int]
    examples: dict[str, str]
    spans: tuple[Span, ...]

    @property
    def began(self) -> float:
        """Seconds since 1970."""
        return self.spans[0].begin

    @property
    def ended(self) -> float:
        """Seconds since 1970."""
        return self.spans[-1].end


def traffic_of(result: Json) -> Traffic | None:
    """The traffic of a probe's result; None when it measured nothing."""
    spans = [span for second in dicts(result.get("per_second")) if (span := _span(second))]
    if not spans:
        return None
    latency = result.get("latency_ms")
    return Traffic(
        text=str(result.get("msg") or ""),
        requests=int(number(result.get("requests"))),
        failed=int(number(result.get("failed_requests"))),
        latency=latency if isinstance(latency, dict) else {},
        versions=_counts(result.get("versions")),
        examples={str(key): str(text) for key, text in _dict(result.get("examples")).items()},
        spans=tuple(_gathered(spans)),
    )


def _span(second: Json) -> Span | None:
    begin, latency = moments.seconds_of(second.get("at")), _dict(second.get("latency_ms"))
    if begin is None:
        return None
    failures = {str(kind): int(number(count)) for kind, count in _dict(second.get("failures")).items() if number(count)}
    return Span(
        begin,
        begin + 1,
        int(number(second.get("requests"))),
        int(number(second.get("failed_requests"))),
        number(latency["p50"]) if "p50" in latency else None,
        number(latency["p99"]) if "p99" in latency else None,
        _counts(second.get("versions")),
        failures,
    )


def _gathered(spans: list[Span]) -> t.Iterator[Span]:
    """At most so many spans: neighbours are put together, sums as sums, latencies as their worst."""
    size = -(-len(spans) // MOST_SPANS)
    for start in range(0, len(spans), size):
        yield _together(spans[start : start + size])


def _together(group: list[Span]) -> Span:
    if len(group) == 1:
        return group[0]
    return Span(
        group[0].begin,
        group[-1].end,
        sum(span.requests for span in group),
        sum(span.failed for span in group),
        max((span.p50 for span in group if span.p50 is not None), default=None),
        max((span.p99 for span in group if span.p99 is not None), default=None),
        _sums(span.versions for span in group),
        _sums(span.failures for span in group),
    )


def _sums(counts: t.Iterable[dict[str, int]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for count in counts:
        for key, value in count.items():
            sums[key] = sums.get(key, 0) + value
    return sums


def _counts(versions: object) -> dict[str, int]:
    return {
        str(version): int(number(_dict(part).get("requests")))
        for version, part in sorted(_dict(versions).items(), key=lambda item: str(item[0]))
    }


def _dict(value: object) -> Json:
    return value if isinstance(value, dict) else {}
