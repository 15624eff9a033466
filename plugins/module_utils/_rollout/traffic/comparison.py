# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the new side is worse than the old one, judged again and again while both answer the same requests in step.

Looking often finds by chance what is not there, unless the bound holds at all looks together. It does here: ``evidence`` is a
betting martingale, and one that starts with 1 reaches 1000 with a probability of at most 1/1000, whenever one looks
(Ville's inequality; Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting").
"""

from __future__ import annotations

import math
import typing as t
from dataclasses import dataclass, field

Json = dict[str, t.Any]

QUANTILES = (0.95, 0.8, 0.5)
"""Where latencies are compared: a new version may be slower only with its slowest answers, and where a tenth of all answers is slow for
reasons that neither version has to do with, only what lies below that tells them apart."""
TESTS = 1 + len(QUANTILES)
"""How many ways there are to raise an alarm; the allowed chance of a false one is split evenly."""
ENOUGH = 20
"""Answers of the old side from which its quantiles are read."""
KEPT = 3000
"""The latest answers of the old side that count for that."""
_BETS = (1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 0.375, 0.5, 0.625, 0.75, 0.875, 0.9375, 0.984375)
"""How far from the null hypothesis (0) to certainty (1) the truth may lie: a bet on each, all with the same stake."""


@dataclass(frozen=True)
class Limits:
    """What the new side may be worse by. ``max_error_rate``: the share that it may lose in any case; latencies in milliseconds."""

    confidence: float = 0.999
    max_error_rate: float = 0.0
    max_latency_ratio: float = 1.5
    latency_allowance: float = 10.0

    @property
    def threshold(self) -> float:
        """The logarithm of the evidence that one test needs."""
        return math.log(TESTS / (1 - self.confidence))

    def slow(self, latency: float) -> float:
        """From where on an answer of the new side is slower than one of the old side that took ``latency``."""
        return max(latency * self.max_latency_ratio, latency + self.latency_allowance)


@dataclass(frozen=True)
class Pair:
    """A count of the new side and of the old one."""

    new: int = 0
    old: int = 0

    def plus(self, new: int, old: int) -> Pair:
        """Both counts, grown."""
        return Pair(self.new + new, self.old + old)


@dataclass(frozen=True)
class Tally:
    """What was counted by now: ``seconds`` that were compared, ``requests`` to each side, and which of them failed or were slow."""

    seconds: int = 0
    requests: int = 0
    failed: Pair = Pair()
    slow: t.Mapping[float, Pair] = field(default_factory=lambda: {quantile: Pair() for quantile in QUANTILES})
    measured: int = 0
    """Requests to each side since the old one's quantiles are known."""
    reference: tuple[float, ...] = ()


def evidence(hits: int, misses: int, null: float = 0.5) -> float:
    """The logarithm of how strongly these counts speak against "at most the share ``null`` of all are hits"."""
    if null <= 0:
        return math.inf if hits else 0.0
    if null >= 1:
        return 0.0
    bets = [null + (1 - null) * far for far in _BETS]
    won = [hits * math.log(bet / null) + misses * math.log((1 - bet) / (1 - null)) for bet in bets]
    best = max(won)
    return best + math.log(sum(math.exp(item - best) for item in won) / len(won))


def add(tally: Tally, new: Json, old: Json, limits: Limits) -> Tally:
    """The tally with one more second: ``requests``, ``failed_requests`` and ``latencies`` (ms) of each side.

    What is slow is said by the old side's answers of the seconds *before*: a bet has to be made before the game. A second in which the
    sides did not get equally many requests is left out.
    """
    tally = Tally(tally.seconds + 1, tally.requests, tally.failed, tally.slow, tally.measured, tally.reference)
    if new["requests"] != old["requests"]:
        return tally
    slow, measured = tally.slow, tally.measured
    if len(tally.reference) >= ENOUGH:
        measured += new["requests"]
        marks = {item: quantile(tally.reference, item) for item in QUANTILES}
        slow = {
            item: pair.plus(_above(new["latencies"], limits.slow(marks[item])), _above(old["latencies"], marks[item]))
            for item, pair in tally.slow.items()
        }
    return Tally(
        tally.seconds,
        tally.requests + new["requests"],
        tally.failed.plus(new["failed_requests"], old["failed_requests"]),
        slow,
        measured,
        (*tally.reference, *old["latencies"])[-KEPT:],
    )


def _above(latencies: t.Iterable[float], limit: float) -> int:
    return sum(latency > limit for latency in latencies)


def quantile(values: t.Iterable[float], share: float) -> float:
    """The nearest-rank quantile of at least one value."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def fails_more(tally: Tally, limits: Limits) -> bool:
    """Whether the new side fails more often than the old one, and more often than it may in any case."""
    failed = tally.failed
    more = evidence(failed.new, failed.old)
    too_many = evidence(failed.new, tally.requests - failed.new, limits.max_error_rate)
    return min(more, too_many) >= limits.threshold


def slower_at(tally: Tally, limits: Limits) -> float | None:
    """The quantile at which the new side is slower than the old one by more than it may; None when it is at none.

    Were it not, no more of its answers would lie above the old quantile times the ratio than of the old ones above the quantile.
    """
    return next((item for item in QUANTILES if _worse(tally.slow[item], limits)), None)


def _worse(slow: Pair, limits: Limits) -> bool:
    return evidence(slow.new, slow.old) >= limits.threshold


def failures_needed(limits: Limits) -> int:
    """How many failures of the new side alone are an alarm, when none may be lost and the old side has none."""
    return next(count for count in range(1, 10_000) if evidence(count, 0) >= limits.threshold)


def least_share(requests: int, limits: Limits) -> float:
    """The error share that so many requests to each side can be expected to show, the old side losing none; 1 when none."""
    needed = failures_needed(limits) if requests else 1
    while requests and needed <= requests:
        if evidence(needed, requests - needed, limits.max_error_rate) >= limits.threshold:
            return needed / requests
        needed += 1
    return 1.0
