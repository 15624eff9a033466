# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a tool told the truth, named the cause, and left things as they should be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from .scenarios import Scenario
from .state import State

RIGHT = "right"
SAYS_DONE = "wrong: says done"
SAYS_FAILED = "wrong: says failed"
NOT_DONE = "not done"
NO_END = "wrong: no end"


@dataclass(frozen=True)
class Played:
    """What a tool said: its exit code (None: it had to be ended), everything it printed, seconds until it returned."""

    code: int | None
    output: str
    seconds: float


@dataclass(frozen=True)
class Judgement:
    """``cause``: whether the output names it, None where there is none; ``left``: what is not as it should be afterwards."""

    verdict: str
    seconds: float
    cause: bool | None
    left: str


def judge(scenario: Scenario, played: Played, state: State) -> Judgement:
    """Against what was right beforehand, and what the cluster itself holds as the tool returns."""
    left = left_over(scenario, state)
    named = bool(re.search(scenario.cause, played.output, re.IGNORECASE)) if scenario.cause else None
    return Judgement(verdict_of(scenario.succeeds, played.code, not left), played.seconds, named, left)


def verdict_of(succeeds: bool, code: int | None, done: bool) -> str:
    """A failure where nothing can succeed is right; where something can, it is right only to have done it and to say so."""
    if code is None:
        return NO_END
    if not succeeds:
        return RIGHT if code else SAYS_DONE
    if code:
        return SAYS_FAILED if done else NOT_DONE
    return RIGHT if done else SAYS_DONE


def left_over(scenario: Scenario, state: State) -> str:
    """How the state differs from the one that should be; empty when it does not."""
    wanted = max(scenario.ends)  # with a partition both versions stay, and the template holds the newer one
    faults = []
    if dict(state.ready) != dict(scenario.ends) or state.others:
        broken = f", {pods(state.others)} broken" if state.others else ""
        faults.append(f"{pods(state.ready)}{broken}")
    elif state.template != wanted:
        faults.append(f"{state.template} in the template")
    lost = [name for name in scenario.keeps if name not in state.annotations]
    if lost:
        faults.append(f"lost: {', '.join(lost)}")
    return "; ".join(faults)


def pods(versions: Mapping[str, int]) -> str:
    """For instance `3 x 1.0 + 1 x 9.9`."""
    return " + ".join(f"{count} x {version}" for version, count in sorted(versions.items())) or "no pod"
