# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of ansible-playbook, each a process group that can be looked into, ended, and asked what it said."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import typing as t
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from .asks import Ask
from .judgement import Told

Json = dict[str, t.Any]

PROC = Path("/proc")
NAME = "CHAOS_RUN"
PROGRESS = "/app  00:0"
LONGEST = 420.0
"""Seconds after which a run that should have ended long ago is ended."""


class Run:
    """One that has been started. ``name`` is its own alone; its output and result are files of that name in the folder."""

    def __init__(
        self, name: str, ask: Ask, command: Sequence[str], environment: Mapping[str, str], folder: Path
    ) -> None:
        self.name, self.ask = name, ask
        self._told, self._log = folder / f"{name}.json", folder / f"{name}.log"
        own = {NAME: name, "CHAOS_TOLD": str(self._told), "ANSIBLE_CALLBACKS_ENABLED": "keep_told"}
        self.began = time.time()
        with self._log.open("w") as log:
            print("$", *command, file=log, flush=True)
            self.process = subprocess.Popen(
                command,
                cwd=folder,
                env={**environment, **own},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def module(self, pause: Callable[[float], None]) -> int | None:
        """The id of the process that is the module, as soon as there is one; None when the run ended without."""
        while self.process.poll() is None:
            for pid in of_run(self.name):
                if is_module(pid):
                    return pid
            pause(0.1)
        return None

    def speak(self, pause: Callable[[float], None]) -> None:
        """Wait until it tells what it is at, or has ended."""
        while self.process.poll() is None and PROGRESS not in self._log.read_text():
            pause(0.05)

    def send(self, pid: int | None, number: signal.Signals) -> bool:
        """A signal to one of its processes, or to all of them; whether it came in time."""
        with suppress(ProcessLookupError):
            if pid is None:
                os.killpg(self.process.pid, number)
            else:
                os.kill(pid, number)
            return True
        return False

    def alive(self) -> bool:
        """Whether any of its processes is still there."""
        return bool(of_run(self.name))

    def end(self, patience: float = LONGEST) -> Told:
        """Wait for its end. One that does not end is ended, and has not said how it went."""
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            for number in (signal.SIGTERM, signal.SIGKILL):
                self.send(None, number)
                with suppress(subprocess.TimeoutExpired):
                    self.process.wait(20)
        return told(self.ask, self.began, time.time(), self._told)


def told(ask: Ask, began: float, ended: float, file: Path) -> Told:
    """What the run's only task returned; one that was stopped, or killed, has not said how it went."""
    lines = file.read_text().splitlines() if file.exists() else []
    if not lines:
        return Told(ask, began, ended, None)
    result: Json = json.loads(lines[-1])
    message = str(result.get("msg", ""))
    if message.startswith("Stopped by SIG"):
        return Told(ask, began, ended, None, message)
    if is_dead(result):
        return Told(ask, began, ended, None)
    back = str((result.get("rolled_back") or {}).get("version", ""))
    after = str((result.get("after") or {}).get("version", ""))
    return Told(ask, began, claimed(result, ended), bool(result["failed"]), message, after, back)


def claimed(result: Json, ended: float) -> float:
    """When the module knew: the moment of its last word, not that at which Ansible had ended."""
    moments = [entry["at"] for entry in result.get("timeline") or ()]
    return min([ended, *(datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp() for moment in moments[-1:])])


def is_dead(result: Json) -> bool:
    """Whether Ansible says that the module ended without an answer."""
    return "module_stdout" in result


def of_run(name: str) -> list[int]:
    """Ids of the processes that a run started, wherever they hang by now."""
    wanted = f"{NAME}={name}".encode()
    found = []
    for folder in PROC.glob("[0-9]*"):
        with suppress(OSError):
            if wanted in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return found


def is_module(pid: int) -> bool:
    """Ansible feeds a module to a Python interpreter that has no arguments."""
    with suppress(OSError):
        words = (PROC / str(pid) / "cmdline").read_bytes().rstrip(b"\0").split(b"\0")
        return len(words) == 1 and b"python" in words[0]
    return False
