# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of `lab/lab`."""

from __future__ import annotations

import argparse
import fcntl
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from steady_lab import golang, images, lab, machine, settings
from steady_lab.console import Console
from steady_lab.errors import LabError

LOCK = settings.CACHE / "lab.lock"
HOST_ACTIONS = {
    "add": lab.add_host,
    "start": lab.start_host,
    "stop": lab.stop_host,
    "restart": lab.restart_host,
    "remove": lab.remove_host,
}


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="lab/lab", description="Real hosts and a real Kubernetes on one machine.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    start = commands.add_parser("up", help="build what is missing and start what is not running, to a Ready cluster")
    start.add_argument("--hosts-only", action="store_true", help="stop when the bare hosts answer SSH")
    commands.add_parser("down", help="end what the lab started; what it built stays in the cache")
    commands.add_parser("status", help="what runs; exit code 0 if everything does")
    host = commands.add_parser("host", help="one host: add, start, stop, restart, freeze, thaw, remove")
    host.add_argument("action", choices=(*HOST_ACTIONS, "freeze", "thaw"))
    host.add_argument("name", help="for instance lab-worker-3")
    image = commands.add_parser("image", help="build the image of a folder and push it to the lab's registry")
    image.add_argument(
        "folder", type=Path, help="has a Containerfile; its Go module, if any, is built to bin/NAME first"
    )
    image.add_argument("name", help="NAME:TAG in the lab's registry")
    image.add_argument(
        "--build-arg", action="append", default=[], metavar="NAME=VALUE", help="for the Containerfile's ARG"
    )
    image.add_argument("--ldflags", default="", help="further flags for the Go linker")
    return top


@contextmanager
def alone(console: Console) -> Iterator[None]:
    """One command at a time may change the lab; a second one waits."""
    settings.CACHE.mkdir(parents=True, exist_ok=True)
    with LOCK.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            console.say("waiting for another lab command to end")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def perform(given: argparse.Namespace, console: Console) -> int:
    machine.refuse_unsuited()
    if given.command == "status":
        return 0 if lab.status() else 1
    with alone(console):
        if given.command == "up":
            lab.up(console, given.hosts_only)
        elif given.command == "down":
            lab.down(console)
        elif given.command == "image":
            pairs = dict(pair.partition("=")[::2] for pair in given.build_arg)
            flags = f"{golang.FLAGS} {given.ldflags}".strip()
            lab.push_image(console, images.from_folder(given.folder.resolve(), given.name, pairs, flags))
        else:
            change_host(given.action, given.name, console)
    return 0


def change_host(action: str, name: str, console: Console) -> None:
    if action in ("freeze", "thaw"):
        lab.freeze_host(console, name, action == "freeze")
    else:
        HOST_ACTIONS[action](console, name)


def main(words: Sequence[str]) -> int:
    """Exit code of `lab/lab WORDS`: 0 done, 1 failed (or, for status, not all up), 130 interrupted."""
    given = parser().parse_args(words)
    try:
        return perform(given, Console())
    except (LabError, OSError) as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("lab: interrupted; the same command goes on from here.", file=sys.stderr)
        return 130
