# SPDX-License-Identifier: GPL-3.0-or-later
"""The story of one result of a workload module: what, from, to, how it turned out, and what to do next."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.steady.rollout.plugins.module_utils._rollout import moments, outcomes

Json = dict[str, t.Any]


@dataclass(frozen=True)
class Moment:
    """One entry of the timeline: ``seconds`` since its beginning, and the pods' numbers or the sides' weights where it is about them."""

    seconds: float
    text: str
    pods: Json = field(default_factory=dict)
    weights: Json = field(default_factory=dict)


@dataclass(frozen=True)
class Story:
    """``asked`` is the version that was to run, ``after`` the one that runs now; ``began`` in seconds since 1970, None if unknown.

    ``outcome`` is one of ``outcomes.ALL``. ``text`` is what the
    module said less its first line, ``headline``, and less what comes next, ``following``.
    """

    workload: str
    headline: str
    outcome: str
    before: str = ""
    asked: str = ""
    after: str = ""
    began: float | None = None
    seconds: float = 0.0
    text: tuple[str, ...] = ()
    following: str = ""
    gates: tuple[Json, ...] = ()
    findings: tuple[Json, ...] = ()
    moments: tuple[Moment, ...] = ()
    run: Json = field(default_factory=dict)

    @property
    def ended(self) -> float | None:
        """Seconds since 1970."""
        return None if self.began is None else self.began + self.seconds

    @property
    def good(self) -> bool:
        """Whether it turned out as it was asked for."""
        return self.outcome in outcomes.GOOD

    @property
    def change(self) -> str:
        """From which version to which, in a few words."""
        return f"{self.before} → {self.asked}" if self.before and self.asked != self.before else self.asked


def story_of(result: Json, run: Json) -> Story:
    """The story of the result of one workload; ``run`` says who made it."""
    lines = [line.rstrip() for line in str(result.get("msg") or "").splitlines()] or ["It said nothing."]
    entries = tuple(_moment(entry) for entry in dicts(result.get("timeline")))
    first = next(iter(dicts(result.get("timeline"))), {})
    told, began = moments.seconds_of(first.get("at")), number(first.get("seconds"))
    before, after = (_version(result.get(side)) for side in ("before", "after"))
    asked = next((str(moment.pods.get("version") or "") for moment in entries if moment.pods), "")
    rolled_back = result.get("rolled_back") if isinstance(result.get("rolled_back"), dict) else {}
    return Story(
        workload=_workload(result.get("workload")),
        headline=lines[0],
        outcome=outcomes.outcome(result),
        before=before,
        asked=asked or after,
        after=after,
        began=None if told is None else told - began,
        seconds=number(result.get("seconds")),
        text=tuple(line for line in lines[1:] if not line.startswith(NEXT)),
        following=next((line[len(NEXT) :] for line in lines if line.startswith(NEXT)), ""),
        gates=(*dicts(result.get("gates")), *_again(rolled_back)),
        findings=dicts(result.get("findings")),
        moments=entries,
        run=run,
    )


NEXT = "Next: "


def dicts(value: object) -> tuple[Json, ...]:
    """Those members of a list that are dictionaries; nothing of anything else."""
    return tuple(item for item in value if isinstance(item, dict)) if isinstance(value, (list, tuple)) else ()


def number(value: object) -> float:
    """The number, 0 for anything else."""
    return float(value) if isinstance(value, (int, float)) and abs(value) < float("inf") else 0.0


def _moment(entry: Json) -> Moment:
    pods, weights = ({} if not isinstance(entry.get(key), dict) else entry[key] for key in ("pods", "weights"))
    return Moment(number(entry.get("seconds")), str(entry.get("text", "")), pods, weights)


def _again(rolled_back: t.Any) -> t.Iterator[Json]:
    for gate in dicts(rolled_back.get("gates")):
        yield {**gate, "gate": f"{gate.get('gate', '')} (after the rollback)"}


def _version(facts: object) -> str:
    return str(facts.get("version") or "") if isinstance(facts, dict) else ""


def _workload(named: object) -> str:
    if not isinstance(named, dict):
        return ""
    return f"{named.get('kind', '')} {named.get('namespace', '')}/{named.get('name', '')}".strip()


def undone_by(stories: t.Sequence[Story]) -> dict[int, int]:
    """Which story takes back which: the number of the later one to that of the release it undoes."""
    found: dict[int, int] = {}
    for later, story in enumerate(stories):
        for earlier in range(later - 1, -1, -1):
            other = stories[earlier]
            if other.workload != story.workload or not story.workload:
                continue
            if other.outcome == story.outcome == "complete" and other.before and other.before != other.after:
                if (other.before, other.after) == (story.after, story.before) and earlier not in found.values():
                    found[later] = earlier
                break
    return found
