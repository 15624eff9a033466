# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of a workload, by the events of a watch: worked out from raw objects, without a line of the collection under trial."""

from __future__ import annotations

import json
import math
import typing as t
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

Json = dict[str, t.Any]


@dataclass(frozen=True)
class Sighting:
    """A workload at one moment: the version in its pod template, and whether all its pods are of that and available.

    ``at``: seconds of the epoch. ``order``: where the API server puts it among all its writes.
    """

    at: float
    version: str
    complete: bool
    replicas: int = 0
    order: int = 0


def events(lines: Iterable[str]) -> Iterator[Json]:
    """The events of a watch, one to a line as kubectl prints them; not the last one where it broke off."""
    return (json.loads(line) for line in lines if line.endswith("\n"))


def sighting(workload: Json, at: float) -> Sighting:
    """``at``: when it was heard of, which on a busy machine may be well after it was so."""
    version = str(workload["spec"]["template"]["spec"]["containers"][0]["image"]).rpartition(":")[2]
    order = int(workload["metadata"]["resourceVersion"])
    heard = min(at, written(workload))
    return Sighting(heard, version, is_complete(workload), workload["spec"].get("replicas", 0), order)


def written(workload: Json) -> float:
    """The moment by which the API server had written it, to the second."""
    times = [entry["time"] for entry in workload["metadata"].get("managedFields", ()) if "time" in entry]
    last = max((datetime.fromisoformat(time.replace("Z", "+00:00")).timestamp() for time in times), default=math.inf)
    return last + 1.0


def ordered(history: Iterable[Sighting]) -> list[Sighting]:
    """As it came about."""
    return sorted(history, key=lambda seen: (seen.order, seen.at))


def is_complete(workload: Json) -> bool:
    """By the counts of its controller."""
    status, spec = workload.get("status") or {}, workload["spec"]
    if status.get("observedGeneration", 0) < workload["metadata"]["generation"]:
        return False
    if workload["kind"] == "DaemonSet":
        wanted = status.get("desiredNumberScheduled", 0)
        names: tuple[str, ...] = ("updatedNumberScheduled", "numberAvailable")
    else:
        wanted = spec["replicas"]
        names = ("replicas", "updatedReplicas", "availableReplicas")
    return bool(wanted) and all(status.get(name, 0) == wanted for name in names)


def path(history: Sequence[Sighting]) -> tuple[str, ...]:
    """The versions that its pod template had, one after the other."""
    versions = [seen.version for seen in ordered(history)]
    return tuple(version for at, version in enumerate(versions) if at == 0 or version != versions[at - 1])


def was_complete(history: Sequence[Sighting], version: str, begin: float, end: float) -> bool:
    """Whether it was complete with that version at some moment of that time."""
    way = ordered(history)
    until = [after.at for after in way[1:]] + [math.inf]
    return any(
        seen.complete and seen.version == version and seen.at <= end and over >= begin
        for seen, over in zip(way, until, strict=True)
    )


def goes_along(seen: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether nothing was seen but what is wanted, in that order; a watch that was cut may have missed some of it."""
    rest = iter(wanted)
    return all(version in rest for version in seen)
