# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of `tests/bench/run`."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Sequence

from comparison.command_line import INTERRUPTS, interrupt, place_of
from comparison.shell import Stopped
from comparison.tools import TOOLS
from steady_lab import settings
from steady_lab.console import Console
from steady_lab.errors import LabError

from .line import Line
from .page import page
from .row import NotPlayed, Row
from .rows import rows as all_rows
from .scaling import SIZES
from .stage import HERE, Place
from .table import cells, summary, table

PAGE = settings.PROJECT / "docs/bench.md"
LOGS = settings.PROJECT / "tests/output/bench"
RUNS = 7
SHOWN = ("words.sh", *sorted(str(path.relative_to(HERE)) for path in HERE.glob("playbooks/*.yml")))


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="tests/bench/run", description="How fast and how dear, next to the peers.")
    top.add_argument("--write", action="store_true", help=f"also write {PAGE.relative_to(settings.PROJECT)}")
    top.add_argument("--row", action="append", metavar="WORDS", help="only rows whose names have these words")
    top.add_argument("--runs", type=int, default=RUNS, help="how often each is measured (default: %(default)s)")
    sizes = ",".join(map(str, SIZES))
    top.add_argument(
        "--sizes", type=sizes_of, default=sizes, help="Deployments of the row scale (default: %(default)s)"
    )
    top.add_argument("--list", action="store_true", help="the names of all rows, nothing else")
    return top


def sizes_of(text: str) -> tuple[int, ...]:
    return tuple(int(word) for word in text.split(","))


def main(words: Sequence[str]) -> int:
    """Exit code: 0 everything was measured, 1 something could not be, 130 interrupted. A goal that is missed is a figure."""
    given = parser().parse_args(words)
    if given.runs < 1:
        parser().error("--runs: at least one")
    if given.write and (given.row or given.runs < RUNS):
        parser().error("--write writes the whole table: leave out --row and --runs")
    rows = [row for row in all_rows(given.sizes) if not given.row or any(name in row.name for name in given.row)]
    if given.list:
        print(*(row.name for row in rows), sep="\n")
        return 0
    for number in INTERRUPTS:
        signal.signal(number, interrupt)
    console, command = Console(), " ".join(["tests/bench/run", *words])
    shutil.rmtree(LOGS, ignore_errors=True)
    try:
        with place_of(console, 120, LOGS) as place:
            about = about_of(place, command)
            lines, missing = play_all(place, rows, given.runs, console)
    except (LabError, OSError, subprocess.CalledProcessError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("bench: interrupted; what it made in the cluster is deleted.", file=sys.stderr)
        return 130
    parts = (about, table(lines), summary(lines, missing))
    print("", *parts, sep="\n\n")
    if given.write and lines:
        files = {f"tests/bench/{name}": (HERE / name).read_text() for name in SHOWN}
        PAGE.write_text(page(*parts, given.runs, files))
    if missing:
        print(f"bench: not everything was measured; {LOGS} has what was said.", file=sys.stderr)
    return 1 if missing else 0


def about_of(place: Place, command: str) -> str:
    """Date, machine, versions and command."""

    def told(text: str) -> str:
        return place.shell.run(text, place.environment(), settings.PROJECT, 60).output.strip()

    versions = {tool.name: told(tool.version) for tool in TOOLS}
    versions |= {"Kubernetes": settings.KUBERNETES, "Python": sys.version.split()[0]}
    versions |= {"ansible-core": told("ansible --version | sed -n 's/.*core \\(.*\\)]/\\1/p'")}
    listed = ", ".join(f"{name} {version}" for name, version in versions.items())
    model = told("sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1")
    return f"{time.strftime('%Y-%m-%d')}, `{command}`, {os.cpu_count()} processors of {model}, {listed}."


def play_all(place: Place, rows: Sequence[Row], runs: int, console: Console) -> tuple[list[Line], list[str]]:
    """All lines, and the rows that could not be played to their end: that is told, and the next one begins."""
    lines: list[Line] = []
    missing: list[str] = []
    console.say(f"{len(rows)} rows, {runs} runs: about {sum(row.minutes for row in rows) * runs / RUNS:.0f} min")
    for number, row in enumerate(rows, 1):
        began = time.monotonic()
        console.say(f"{number} of {len(rows)}, {row.name}: about {row.minutes * runs / RUNS:.0f} min")
        try:
            for line in row.play(place, runs):
                lines.append(line)
                console.say(", ".join(filter(None, cells(line))))
        except Stopped:
            raise KeyboardInterrupt from None
        except (NotPlayed, LabError, OSError, subprocess.SubprocessError) as reason:
            missing.append(row.name)
            console.say(f"{row.name}: not measured, {reason}")
        except Exception:
            missing.append(row.name)
            console.say(f"{row.name}: not measured\n{traceback.format_exc()}")
        console.say(f"{row.name}: {time.monotonic() - began:.0f} s")
    return lines, missing
