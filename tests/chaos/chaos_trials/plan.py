# SPDX-License-Identifier: GPL-3.0-or-later
"""Which trials there are: chosen by chance, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from .asks import ASKS, Ask

AT_ONCE = 4


@dataclass(frozen=True)
class Trial:
    """One thing that is asked for while one thing breaks. ``seed`` names it and is where its chances come from."""

    seed: str
    fault: str
    ask: Ask

    @property
    def number(self) -> int:
        return int(self.seed.partition("/")[2])

    def chance(self) -> random.Random:
        """The same numbers each time."""
        return random.Random(self.seed)


def plan(seed: str, count: int, faults: Sequence[str]) -> list[Trial]:
    """So many trials: each fault as often as any other, each meeting what is asked for in an order of its own."""
    chance = random.Random(seed)
    hands = {fault: chance.sample(ASKS, len(ASKS)) for fault in faults}
    trials = []
    for number in range(count):
        fault, turn = faults[number % len(faults)], number // len(faults)
        trials.append(Trial(f"{seed}/{number + 1}", fault, hands[fault][turn % len(ASKS)]))
    return trials


def batches(trials: Sequence[Trial], shared: Sequence[str]) -> list[list[Trial]]:
    """What is played side by side: of a fault that meets the whole cluster a few trials at a time, all others together."""
    together = [trial for trial in trials if trial.fault not in shared]
    found = [together] if together else []
    for fault in shared:
        of_it = [trial for trial in trials if trial.fault == fault]
        parts = -(-len(of_it) // AT_ONCE)
        found += [of_it[part::parts] for part in range(parts)]
    return found


def replayed(seed: str, count: int, faults: Sequence[str], shared: Sequence[str]) -> list[list[Trial]]:
    """The batches of a seed; of one with a number (``1f2e/17``) that trial, with those that it has to share its fault with."""
    run, _slash, number = seed.partition("/")
    trials = plan(run, max(count, int(number or 0)), faults)
    found = batches(trials, shared)
    if not number:
        return found
    wanted = trials[int(number) - 1]
    return [next(batch for batch in found if wanted in batch) if wanted.fault in shared else [wanted]]
