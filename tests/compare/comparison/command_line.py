# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of `tests/compare/run`."""

from __future__ import annotations

import argparse
import contextlib
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
import typing as t
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from pathlib import Path

from steady_lab import settings
from steady_lab.console import Console
from steady_lab.errors import LabError

from . import programs
from .judgement import Judgement
from .page import page
from .play import LABEL, NotPlayed, Place, play
from .scenarios import SCENARIOS, Scenario
from .shell import Shell, Stopped
from .table import cell, table
from .tools import TOOLS, Tool

PAGE = settings.PROJECT / "docs/compare.md"
LOGS = settings.PROJECT / "tests/output/compare"
AT_ONCE = 2
INTERRUPTS = (signal.SIGINT, signal.SIGTERM)

Results = dict[str, dict[str, Judgement]]


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="tests/compare/run", description="The same scenarios with each tool, on the lab's cluster."
    )
    top.add_argument("--write", action="store_true", help=f"also write {PAGE.relative_to(settings.PROJECT)}")
    top.add_argument(
        "--timeout", type=int, default=30, help="seconds that each tool is told to wait (default: %(default)s)"
    )
    top.add_argument("--tool", action="append", choices=[tool.name for tool in TOOLS], help="only this one")
    top.add_argument("--scenario", action="append", choices=[known.name for known in SCENARIOS], help="only this one")
    return top


def main(words: Sequence[str]) -> int:
    """Exit code: 0 everything was played, 1 something could not be, 130 interrupted."""
    given = parser().parse_args(words)
    if given.write and (given.tool or given.scenario):
        parser().error("--write writes the whole table: leave out --tool and --scenario")
    scenarios = [known for known in SCENARIOS if not given.scenario or known.name in given.scenario]
    tools = [tool for tool in TOOLS if not given.tool or tool.name in given.tool]
    for number in INTERRUPTS:
        signal.signal(number, interrupt)
    console = Console()
    try:
        with place_of(console, given.timeout) as place:
            about = about_of(place, tools)
            results = play_all(place, scenarios, tools, console)
    except (LabError, OSError, subprocess.CalledProcessError) as error:
        print(f"compare: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("compare: interrupted; what it made in the cluster is deleted.", file=sys.stderr)
        return 130
    made = table(scenarios, [tool.name for tool in tools], results)
    print(f"\n{made}\n")
    if sum(map(len, results.values())) < len(scenarios) * len(tools):
        print(f"compare: not everything was played; {LOGS} has what was said.", file=sys.stderr)
        return 1
    if given.write:
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(page(made, about, given.timeout, scenarios, tools))
    return 0


def interrupt(_number: int, _frame: t.Any) -> None:
    """The first one ends everything in order; further ones do not disturb that."""
    for number in INTERRUPTS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


@contextlib.contextmanager
def place_of(console: Console, timeout: int, logs: Path = LOGS) -> Iterator[Place]:
    """Where plays run; afterwards none of their namespaces, processes and files is left."""
    path = os.pathsep.join([*programs.provide(console), os.environ["PATH"]])
    logs.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="steady-rollout-compare-") as folder:
        place = Place(Shell(), Path(folder), logs, path, settings.KUBECONFIG, timeout, secrets.token_hex(4))
        try:
            yield place
        finally:
            place.shell.stop()
            gone = f"kubectl delete namespace --selector={LABEL}={place.run} --timeout=120s"
            if "timed out" in place.shell.finish(gone, place.environment(), place.folder):
                console.say(f"the cluster has not finished deleting the namespaces with the label {LABEL}={place.run}")


def about_of(place: Place, tools: Sequence[Tool]) -> dict[str, str]:
    """The date and every version, by name."""

    def told(text: str) -> str:
        return place.shell.run(text, place.environment(), settings.PROJECT, 60).output.strip()

    about = {"": time.strftime("%Y-%m-%d"), "Kubernetes": settings.KUBERNETES}
    about |= {tool.name: told(tool.version) for tool in tools}
    return about | {"ansible-core": told("ansible --version | sed -n 's/.*core \\(.*\\)]/\\1/p'")}


def play_all(place: Place, scenarios: Sequence[Scenario], tools: Sequence[Tool], console: Console) -> Results:
    """Every scenario with every tool, two at a time; what could not be played is told and left out."""
    results: Results = {scenario.name: {} for scenario in scenarios}
    pool = ThreadPoolExecutor(AT_ONCE)
    plays: dict[Future[Judgement], tuple[Scenario, Tool]] = {}
    try:
        for scenario in scenarios:
            plays |= {pool.submit(play, place, scenario, tool): (scenario, tool) for tool in tools}
        for number, done in enumerate(as_completed(plays), 1):
            scenario, tool = plays[done]
            at = f"{number:2} of {len(plays)}  {scenario.name}, {tool.name}"
            try:
                results[scenario.name][tool.name] = done.result()
                console.say(f"{at}: {cell(done.result())}")
            except (NotPlayed, Stopped) as reason:
                console.say(f"{at}: not played, {reason}")
    finally:
        place.shell.stop()
        pool.shutdown(cancel_futures=True)
    return results
