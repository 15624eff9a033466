# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of `tests/chaos/run`."""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from pathlib import Path

from comparison import programs
from comparison.command_line import INTERRUPTS, interrupt
from steady_lab import catalogue, settings
from steady_lab.console import Console
from steady_lab.errors import LabError

from .faults import FAULTS
from .given import MARK
from .plan import AT_ONCE, Trial, replayed
from .play import Result, play
from .scene import Strike
from .site import NotPlayed, Stage, Stopped, environment_of
from .table import page, table
from .undoing import undone_by
from .watching import Observer

PAGE = settings.PROJECT / "docs/chaos.md"
LOGS = settings.PROJECT / "tests/output/chaos"
COUNT = 70
AWAY = """
for attempt in $(seq 60); do kubectl delete namespace --selector="$1" --timeout=180s && exit; sleep 2; done; exit 1
"""
"""Namespaces go also when the API server is just away."""
SEED = re.compile(r"[0-9a-z]{1,12}(/[1-9][0-9]{0,3})?")
KNOWN = {fault.name: fault for fault in FAULTS}


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="tests/chaos/run", description="Upgrades and rollbacks while real things break.")
    top.add_argument(
        "--seed", default="", help="what to play again: all (4f1d2c3b) or one trial (4f1d2c3b/17); by chance without"
    )
    top.add_argument("--count", type=int, default=COUNT, help="how many trials (default: %(default)s)")
    top.add_argument("--fault", action="append", choices=[*KNOWN], help="of these trials only those with this fault")
    top.add_argument("--write", action="store_true", help=f"also write {PAGE.relative_to(settings.PROJECT)}")
    return top


def main(words: Sequence[str]) -> int:
    """Exit code: 0 all verdicts were true and nothing was left, 1 not so or not everything was played, 130 interrupted."""
    given = parser().parse_args(words)
    seed = given.seed or secrets.token_hex(4)
    if not SEED.fullmatch(seed):
        parser().error(f"--seed: {seed!r} is none; write what was printed, such as 4f1d2c3b or 4f1d2c3b/17")
    if given.count < 1:
        parser().error("--count: write 1 or more")
    if given.write and ("/" in seed or given.fault):
        parser().error("--write writes the whole table: leave out --fault, and the number in --seed")
    faults = [fault.name for fault in FAULTS]
    shared = [fault.name for fault in FAULTS if fault.strike]
    wanted = replayed(seed, given.count, faults, shared)
    if given.fault:
        wanted = [kept for batch in wanted if (kept := [trial for trial in batch if trial.fault in given.fault])]
    for number in INTERRUPTS:
        signal.signal(number, interrupt)
    console, began = Console(), time.monotonic()
    run = seed.partition("/")[0]
    console.say(
        f"seed {seed}: {sum(map(len, wanted))} trials; make chaos SEED={seed} COUNT={given.count} plays the same"
    )
    try:
        with stage_of(console, run) as stage:
            about = about_of(stage)
            results = [result for batch in wanted for result in play_batch(stage, batch, console)]
    except (LabError, NotPlayed, OSError, subprocess.CalledProcessError) as error:
        print(f"chaos: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("chaos: interrupted; what it disturbed goes on, and what it made is deleted.", file=sys.stderr)
        return 130
    made = table(faults, results)
    print(f"\n{made}\n")
    if len(results) < sum(map(len, wanted)):
        print(f"chaos: not everything was played; {LOGS} has what was said.", file=sys.stderr)
        return 1
    if given.write:
        meant = {fault.name: (fault.strike or fault.play).__doc__ or "" for fault in FAULTS}
        PAGE.write_text(page(made, run, about, meant, (time.monotonic() - began) / 60))
    return int(any(result.wrong or result.left for result in results))


@contextlib.contextmanager
def stage_of(console: Console, run: str) -> Iterator[Stage]:
    """Afterwards none of its namespaces, processes and files is left."""
    if not programs.answers():
        subprocess.run([settings.SOURCE / "lab", "up"], check=True)
    if not all(programs.has_image(version) for version in ("1.0", "2.0", "2.1", "2.2")):
        subprocess.run([settings.SOURCE / "service/build"], check=True)
    logs = LOGS / run
    shutil.rmtree(logs, ignore_errors=True)
    logs.mkdir(parents=True)
    path = os.pathsep.join([str(catalogue.KUBERNETES.folder), os.environ["PATH"]])
    environment = environment_of(path, settings.KUBECONFIG, settings.PROJECT)
    with contextlib.ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="chaos-"))
        stack.enter_context(undone_by("rm", "--recursive", "--force", folder))
        gone = ("sh", "-c", AWAY, "sh", f"{MARK}={run}")
        subprocess.run(gone, env=environment, check=True)
        stack.enter_context(undone_by(*gone, environment=environment))
        observer = stack.enter_context(Observer(run, environment))
        stage = Stage(run, folder, logs, environment, observer)
        stack.callback(stage.stop)
        balance(stage)
        yield stage


def balance(stage: Stage) -> None:
    """The load balancer before which canaries are tried, brought where there is none."""
    there = ["kubectl", "get", "gateway", "steady", "--namespace=traefik"]
    if subprocess.run(there, env=stage.environment, capture_output=True, check=False).returncode:
        environment = {**stage.environment, "ANSIBLE_INVENTORY": str(settings.PROJECT / "inventory/lab")}
        words = ["ansible-playbook", "playbooks/load_balancer.yml", "-e", '{"load_balancer_routes": []}']
        subprocess.run(words, cwd=settings.PROJECT, env=environment, check=True)


def about_of(stage: Stage) -> dict[str, str]:
    """The date and versions, by name."""
    told = subprocess.run(["ansible", "--version"], capture_output=True, text=True, env=stage.environment, check=False)
    core = re.search(r"core ([^\]]*)", told.stdout)
    galaxy = re.search(r"^version: (\S+)", (settings.PROJECT / "galaxy.yml").read_text(), re.MULTILINE)
    return {
        "": time.strftime("%Y-%m-%d"),
        "steady.rollout": galaxy[1] if galaxy else "",
        "Kubernetes": settings.KUBERNETES,
        "ansible-core": core[1] if core else "",
    }


def play_batch(stage: Stage, batch: Sequence[Trial], console: Console) -> list[Result]:
    """A few at a time; of a fault that meets the whole cluster all at once. What could not be played is told and left out."""
    fault = KNOWN[batch[0].fault]
    strike = Strike(len(batch) if fault.strike else 1)
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        played = {pool.submit(play, stage, trial, KNOWN[trial.fault], strike): trial for trial in batch}
        if fault.strike:
            strike.happen(stage, fault.strike, batch[0].chance())
        else:
            strike.calm()
        return [result for done in as_completed(played) if (result := result_of(done, played[done], console))]
    except BaseException:
        stage.stop()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def result_of(done: Future[Result], trial: Trial, console: Console) -> Result | None:
    at = f"{trial.seed}  {trial.fault}: {trial.ask.name}"
    try:
        result = done.result()
    except (LabError, NotPlayed, Stopped) as reason:
        console.say(f"{at}: not played, {reason}")
        return None
    console.say(f"{at}, {result.seconds:.1f} s{'' if result.met else ', the fault came too late'}")
    for words in (*(f"WRONG: {words}" for words in result.wrong), *(f"LEFT: {words}" for words in result.left)):
        console.say(f"    {words}")
    return result
