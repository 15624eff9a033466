# SPDX-License-Identifier: GPL-3.0-or-later
"""One row: what is given, the load, what happens under it, and a look at the cluster."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from comparison.judgement import Played
from comparison.state import state_of

from .figures import AFTER, DURING, Figures, Unreadable
from .place import LOAD, LOGS, PLAYING, NotPlayed, Place
from .rows import Catch, Load, Row
from .sending import Sending, pause

AROUND = 4.0
"""Seconds that the phases before and after last."""


@dataclass(frozen=True)
class Result:
    """``seconds``: until the last command returned; ``fault``: how the end is not the one that it should be."""

    figures: Figures
    seconds: float
    fault: str


def play_row(place: Place, row: Row, load: Load) -> Result:
    """Raises NotPlayed, Stopped."""
    log = log_of(row.name)
    place.prepare(row.given, log)
    figures, played = under_load(place, row.when, load, log)
    if (played.code == 0) != row.succeeds:
        return Result(figures, played.seconds, f"exit code {played.code}, see {log}")
    return Result(figures, played.seconds, other_than(place, row.ends))


def play_catch(place: Place, catch: Catch, load: Load) -> Result:
    """Raises NotPlayed, Stopped."""
    log = log_of(f"{catch.name} {catch.tool}")
    place.prepare(catch.given, log)
    figures, played = under_load(place, catch.when, load, log)
    return Result(figures, played.seconds, "" if catch.bad in figures.seen else f"no user met {catch.bad}, see {log}")


def under_load(place: Place, text: str, load: Load, log: Path) -> tuple[Figures, Played]:
    """A while of load, the text, its pods that leave, another while. Raises NotPlayed, Stopped."""
    sending = Sending(load, LOAD.folder / "bin" / LOAD.name, place.addresses, place.site)
    try:
        pause(AROUND)
        sending.begin(DURING)
        played = place.run(text, log, PLAYING)
        place.prepare("gone", log)
        sending.begin(AFTER)
        pause(AROUND)
        figures = sending.end()
    except Unreadable as error:
        raise NotPlayed(str(error)) from error
    finally:
        sending.stop()
    with log.open("a") as file:
        print(figures, file=file)
    return figures, played


def other_than(place: Place, version: str) -> str:
    """What serves when it is not this version alone; empty when it is."""
    seen = place.shell.run("kubectl get deployments,pods --output=json", place.environment(), place.folder, 60)
    try:
        state = state_of(json.loads(seen.output)["items"])
    except ValueError as error:
        raise NotPlayed(f"the cluster could not be asked afterwards: {seen.output.strip()}") from error
    if set(state.ready) == {version} and not state.others and state.template == version:
        return ""
    return f"serving: {dict(state.ready)}, others: {dict(state.others)}, template: {state.template}"


def log_of(name: str) -> Path:
    return LOGS / f"{'-'.join(name.replace(',', '').replace(':', '').split())}.log"
