# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes the lab started, remembered in files, so that it ends exactly these and never a stranger with a recycled id."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from steady_lab import settings
from steady_lab.errors import LabError

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
PROC = Path("/proc")


@dataclass(frozen=True)
class Process:
    """A process and what proves that an id still means it: when it started, in which boot of the machine."""

    pid: int
    started: int
    boot: str


def start_time(pid: int) -> int | None:
    """Clock ticks after boot at which the process started; None when there is none, or only its zombie."""
    try:
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in "ZX" else int(fields[19])


def children(pid: int) -> list[int]:
    """Ids of the direct children of a process, oldest first."""
    found = []
    for stat in PROC.glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == pid and fields[0] not in "ZX":
            found.append((int(fields[19]), int(stat.parent.name)))
    return [entry[1] for entry in sorted(found)]


def record_file(name: str) -> Path:
    return settings.RUN / f"{name}.json"


def running(name: str) -> Process | None:
    """The recorded process of this name, if it is still the one that was started."""
    try:
        process = Process(**json.loads(record_file(name).read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None
    alive = process.boot == BOOT_ID.read_text().strip() and start_time(process.pid) == process.started
    return process if alive else None


def start(name: str, command: Sequence[str | Path], env: Mapping[str, str] | None = None) -> Process:
    """Start a process of its own session, its output in the log folder, and record it."""
    settings.LOGS.mkdir(parents=True, exist_ok=True)
    settings.RUN.mkdir(parents=True, exist_ok=True)
    with (settings.LOGS / f"{name}.log").open("wb") as log:
        child = subprocess.Popen(
            [str(word) for word in command],
            cwd="/",
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    process = record(name, child.pid)
    if process is None:
        raise LabError(f"{name} ended at once; see {settings.LOGS / name}.log.")
    return process


def record(name: str, pid: int) -> Process | None:
    """Remember a process under a name; None when it is gone already."""
    started = start_time(pid)
    if started is None:
        return None
    process = Process(pid, started, BOOT_ID.read_text().strip())
    temporary = record_file(name).with_suffix(".new")
    temporary.write_text(json.dumps(asdict(process)))
    temporary.replace(record_file(name))
    return process


def send(process: Process, number: signal.Signals) -> None:
    """Send a signal to a recorded process, unless its id has passed to another."""
    if start_time(process.pid) == process.started:
        with suppress(ProcessLookupError):
            os.kill(process.pid, number)


def gone_within(process: Process, seconds: float) -> bool:
    """Whether the process ends in that time."""
    deadline = time.monotonic() + seconds
    while start_time(process.pid) == process.started:
        if time.monotonic() > deadline:
            return False
        reap(process.pid)
        time.sleep(0.05)
    return True


def reap(pid: int) -> None:
    """Let go of an ended process that this command itself started."""
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def end(name: str, patience: float = 5.0, number: signal.Signals = signal.SIGTERM) -> bool:
    """End the recorded process of this name, by force after `patience` seconds; whether there was one."""
    process = running(name)
    if process is not None:
        send(process, number)
        if not gone_within(process, patience):
            send(process, signal.SIGKILL)
            gone_within(process, 5.0)
    record_file(name).unlink(missing_ok=True)
    return process is not None
