# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of `tests/bench/traffic/run`."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence

from comparison.command_line import INTERRUPTS, interrupt
from comparison.shell import Stopped
from steady_lab import settings
from steady_lab.console import Console
from steady_lab.errors import LabError

from . import argo
from .page import catch_cells, catches_table, cells, page, rows_table, summary
from .place import HERE, LOGS, NotPlayed, Place, place_of, set_up
from .play import AROUND, Result, play_catch, play_row
from .rows import ARGO, CATCHES, FULL, GENTLE, ROWS, Catch, Load, Row

PAGE = settings.PROJECT / "docs/bench-traffic.md"
SHOWN = (
    "words.sh",
    "application.yml",
    "argo.yml",
    "playbooks/canary.yml",
    "playbooks/blue_green.yml",
    "playbooks/compared.yml",
)


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="tests/bench/traffic/run", description="What users get while a workload changes under load."
    )
    top.add_argument("--write", action="store_true", help=f"also write {PAGE.relative_to(settings.PROJECT)}")
    top.add_argument("--row", action="append", metavar="WORDS", help="only rows whose names have these words")
    top.add_argument("--rate", type=int, default=FULL.rate, help="requests per second in all (default: %(default)s)")
    top.add_argument("--list", action="store_true", help="the names of all rows, nothing else")
    return top


def main(words: Sequence[str]) -> int:
    """Exit code: 0 everything was played, 1 something could not be, 130 interrupted. A goal that is missed is a figure."""
    given = parser().parse_args(words)
    if given.write and given.row:
        parser().error("--write writes the whole table: leave out --row")
    rows = [row for row in ROWS if wanted(given.row, row.name)]
    catches = [catch for catch in CATCHES if wanted(given.row, f"{catch.name} {catch.tool}")]
    if given.list:
        print(*(row.name for row in rows), *(f"{catch.name} {catch.tool}" for catch in catches), sep="\n")
        return 0
    for number in INTERRUPTS:
        signal.signal(number, interrupt)
    console, load = Console(), FULL.scaled(given.rate)
    try:
        with place_of(console) as place:
            set_up(place)
            about = about_of(place)
            results = play_rows(place, rows, load, console)
            caught = play_catches(place, catches, console)
    except (LabError, NotPlayed, OSError, subprocess.CalledProcessError) as error:
        print(f"bench-traffic: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("bench-traffic: interrupted; what it made in the cluster is deleted.", file=sys.stderr)
        return 130
    tables = (rows_table(rows, results), summary(rows, results), catches_table(catches, caught))
    print("", about, *tables, sep="\n\n")
    if len(results) + len(caught) < len(rows) + len(catches):
        print(f"bench-traffic: not everything was played; {LOGS} has what was said.", file=sys.stderr)
        return 1
    if given.write:
        files = {f"tests/bench/traffic/{name}": (HERE / name).read_text() for name in SHOWN}
        PAGE.write_text(page(about, load, tables, files, AROUND))
    return 0


def wanted(asked: Sequence[str] | None, name: str) -> bool:
    return not asked or any(words in name for words in asked)


def about_of(place: Place) -> str:
    """Date, machine and versions."""

    def told(text: str) -> str:
        return place.shell.run(text, place.environment(), settings.PROJECT, 60).output.strip()

    model = told("sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1")
    versions = {
        "steady.rollout": told("sed -n 's/^version: //p' galaxy.yml"),
        "Kubernetes": settings.KUBERNETES,
        "Traefik": settings.TRAEFIK,
        "ansible-core": told("ansible --version | sed -n 's/.*core \\(.*\\)]/\\1/p'"),
        "wrk": told("wrk --version | sed -n 's/^wrk \\(debian.\\)\\?\\([^ ]*\\) .*/\\2/p'"),
        "Argo Rollouts": settings.ARGO_ROLLOUTS,
    }
    listed = ", ".join(f"{name} {version}" for name, version in versions.items())
    return f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} processors of {model}, {listed}."


def play_rows(place: Place, rows: Sequence[Row], load: Load, console: Console) -> dict[str, Result]:
    """Every row, one after the other; what could not be played is told and left out."""
    results = {}
    for number, row in enumerate(rows, 1):
        try:
            results[row.name] = play_row(place, row, load)
            console.say(f"{number:2} of {len(rows)}  {', '.join(cells(row, results[row.name]))}")
        except (NotPlayed, Stopped) as reason:
            console.say(f"{number:2} of {len(rows)}  {row.name}: not played, {reason}")
    return results


def play_catches(place: Place, catches: Sequence[Catch], console: Console) -> dict[tuple[str, str], Result]:
    """The same for bad canaries; Argo Rollouts is there only while it is tried."""
    results = {}
    for catch in catches:
        try:
            if catch.tool == ARGO:
                with argo.controller(place, console):
                    result = play_catch(place, catch, GENTLE)
            else:
                result = play_catch(place, catch, GENTLE)
            results[catch.name, catch.tool] = result
            console.say(", ".join(catch_cells(catch, result)))
        except (NotPlayed, Stopped) as reason:
            console.say(f"{catch.name}, {catch.tool}: not played, {reason}")
    return results
