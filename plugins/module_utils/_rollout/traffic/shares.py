# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether counted answers show the weight that a route was given. Weights are percentages, from 0 to 100, of the new side."""

from __future__ import annotations

import math

DOUBT = 0.001
"""How often, at most, an honest split is taken for a wrong one in a single count: exact, from the binomial distribution."""
NO_SHARE = 100
"""Answers that have to agree where there is nothing to split: all of them from one side."""


def needed(weight: float) -> int:
    """How many answers tell this weight from none at all, and from all: fewer could come from one side by chance."""
    least = min(weight, 100 - weight) / 100
    return math.ceil(math.log(DOUBT / 2) / math.log1p(-least)) if least > 0 else NO_SHARE


def bounds(answers: int, weight: float) -> tuple[int, int]:
    """The fewest and the most of so many answers that the new side gives at this weight, but for ``DOUBT``."""
    share = weight / 100
    if share in (0, 1):
        return (answers, answers) if share else (0, 0)
    below, least, most = 0.0, answers, 0
    for count in range(answers + 1):
        up_to = below + _likelihood(count, answers, share)
        if up_to > DOUBT / 2:
            least = min(least, count)
        if below < 1 - DOUBT / 2:
            most = count
        below = up_to
    return least, most


def _likelihood(count: int, answers: int, share: float) -> float:
    """Of exactly so many: a product of factorials that only its logarithm can hold."""
    ways = math.lgamma(answers + 1) - math.lgamma(count + 1) - math.lgamma(answers - count + 1)
    return math.exp(ways + count * math.log(share) + (answers - count) * math.log1p(-share))


def seen(new: int, answers: int, weight: float) -> bool:
    """Whether ``new`` of the answers fit the weight, and are enough to say so."""
    least, most = bounds(answers, weight)
    return answers >= needed(weight) and least <= new <= most


def in_words(new: int, answers: int, weight: float) -> str:
    """``8 of 152 answers are new (5.3 %), at weight 5 between 1 and 18 would be``."""
    least, most = bounds(answers, weight)
    share = f" ({100 * new / answers:.1f} %)" if answers else ""
    range_ = f"{least}" if least == most else f"between {least} and {most}"
    return f"{new} of {answers} answers are new{share}, at weight {weight:g} {range_} would be"
