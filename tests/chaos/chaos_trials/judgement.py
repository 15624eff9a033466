# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what runs said is true, and whether anything is left over: by what was done and by what the cluster itself holds."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .asks import Ask
from .history import Sighting, goes_along, path, was_complete

Json = dict[str, t.Any]

LATE = 1.0
"""Seconds by which a watch may be behind: the API server dates its writes by the second."""
OURS = "steady.rollout/"
STAYS = ("steady.rollout/outcomes", "steady.rollout/chaos")
REFUSED = r"is being rolled by another run|[Aa]nother run has taken|is under way|by (canary|blue_green)"


@dataclass(frozen=True)
class Told:
    """What a run said. ``failed``: None when it was ended before it could say. ``after`` and ``back``: the version that it left, and the
    one it says to have gone back to. Times are seconds of the epoch."""

    ask: Ask
    began: float
    ended: float
    failed: bool | None
    message: str = ""
    after: str = ""
    back: str = ""

    @property
    def died(self) -> bool:
        """Whether it had no time for a last word."""
        return self.failed is None and not self.message.startswith("Stopped")


@dataclass(frozen=True)
class Done:
    """What was done to a workload beside its runs: the versions that somebody else put in, what a failure may be about because of the
    fault (a regular expression), what the end has to be like."""

    others: tuple[str, ...] = ()
    excuse: str = ""
    replicas: int = 0
    annotations: tuple[str, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """All that is known of a trial, once its runs have ended."""

    ask: Ask
    done: Done
    runs: Sequence[Told]
    history: Sequence[Sighting]


def untrue(evidence: Evidence) -> list[str]:
    """What was said, or came about, and should not have been; in words."""
    runs = sorted((run for run in evidence.runs if run.failed is not None), key=lambda run: run.ended)
    found = [words for run in runs for words in wrong_about(run, evidence)]
    if not runs:
        return ["no run said how it ended"]
    return found + wrong_end(runs, evidence) + wrong_way(evidence)


def wrong_about(run: Told, evidence: Evidence) -> list[str]:
    """One run's own words against what was there while it ran."""
    ask = run.ask
    if not run.failed:
        if ask.cause:
            return [f"says that {ask.version} is complete, which cannot be: {run.message}"]
        if not was_complete(evidence.history, ask.ends, run.began, run.ended + LATE):
            return [f"says that {ask.ends} is complete, and nobody saw it so: {run.message}"]
        return []
    if evidence.done.excuse and re.search(evidence.done.excuse, run.message):
        return []
    if not ask.cause:
        return [f"says that it failed, and nothing was wrong: {run.message}"]
    if not re.search(ask.cause, run.message, re.IGNORECASE):
        return [f"fails for another reason than the one there is: {run.message}"]
    away = [seen.at for seen in evidence.history if seen.version != run.back and seen.at <= run.ended]
    if run.back and not was_complete(evidence.history, run.back, max([run.began, *away]), run.ended + LATE):
        return [f"says that it is back on {run.back}, and nobody saw it so: {run.message}"]
    return []


def wrong_end(runs: Sequence[Told], evidence: Evidence) -> list[str]:
    """What serves in the end, against what the runs' words add up to."""
    last = evidence.history[-1]
    expected = set(evidence.done.others) or {adds_up(runs, evidence.ask.given)}
    if evidence.done.others:
        expected |= {run.ask.ends for run in runs if not run.failed}
    found = []
    if last.version not in expected or not last.complete:
        found.append(
            f"ends on {last.version}{'' if last.complete else ', not complete'}; right is {' or '.join(sorted(expected))}"
        )
    if evidence.done.replicas and last.replicas != evidence.done.replicas:
        found.append(f"ends with {last.replicas} replicas, somebody else set {evidence.done.replicas}")
    return found


def adds_up(runs: Iterable[Told], given: str) -> str:
    """The version that there has to be after these runs, the first to end first."""
    version = given
    for run in runs:
        if not run.failed:
            version = run.ask.ends
        elif run.after:
            version = run.after
    return version


def wrong_way(evidence: Evidence) -> list[str]:
    """More changes than were asked for; told apart only where one thing was asked for."""
    if evidence.done.others or len({run.ask.version for run in evidence.runs}) > 1:
        return []
    once = evidence.ask.path
    right = once + once[1:] * (len(evidence.runs) - 1) if evidence.ask.cause else once
    seen = path(evidence.history)
    return [] if goes_along(seen, right) else [f"went {' -> '.join(seen)}; right is {' -> '.join(once)}"]


def left_over(objects: Iterable[Json], annotations: Sequence[str] = ()) -> list[str]:
    """What of a rollout is still in the namespace once it has ended; and what of somebody else's is lost."""
    found = []
    for item in objects:
        kind, meta = item["kind"], item["metadata"]
        name, notes = meta["name"], meta.get("annotations") or {}
        if kind == "Lease" or name not in ("app", "kubernetes"):
            found.append(f"{kind} {name}")
            continue
        found += [f"{kind} {name}: annotation {note}" for note in notes if note.startswith(OURS) and note not in STAYS]
        if kind == "HTTPRoute" and routes_of(item) != [[("app", 1)]]:
            found.append(f"HTTPRoute {name}: {routes_of(item)}")
        if kind in ("Deployment", "StatefulSet", "DaemonSet"):
            if item["spec"].get("paused"):
                found.append(f"{kind} {name}: paused")
            found += [f"{kind} {name}: lost annotation {note}" for note in annotations if note not in notes]
    return found


def routes_of(route: Json) -> list[list[tuple[str, int]]]:
    """By rule, where requests go and with which weight."""
    return [
        [(backend["name"], backend.get("weight", 1)) for backend in rule.get("backendRefs", ())]
        for rule in route["spec"]["rules"]
    ]
