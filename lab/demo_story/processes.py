# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a command and hands over its lines as they come, among other things that happen meanwhile."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import threading
import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .figures import Second
from .settings import PROJECT

PATIENCE = 20.0


@dataclass(frozen=True)
class Line:
    """A line of a command's output; ``error`` when it came on stderr."""

    text: str
    error: bool = False


@dataclass(frozen=True)
class Ended:
    """The command has ended and said everything."""

    code: int


Happening = Line | Ended | Second
Inbox = queue.SimpleQueue[Happening]


@contextlib.contextmanager
def started(command: Sequence[str], environment: Mapping[str, str], inbox: Inbox) -> t.Iterator[None]:
    """Run a command in a session of its own; its lines and its end go to the inbox. Left early, it is asked to end."""
    process = subprocess.Popen(
        command,
        cwd=PROJECT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        bufsize=1,
        start_new_session=True,
    )
    readers = [
        threading.Thread(target=_read, args=(stream, error, inbox), daemon=True)
        for stream, error in ((process.stdout, False), (process.stderr, True))
    ]
    for reader in readers:
        reader.start()

    def wait() -> None:
        code = process.wait()
        for reader in readers:
            reader.join()
        inbox.put(Ended(code))

    threading.Thread(target=wait, daemon=True).start()
    try:
        yield
    finally:
        if process.poll() is None:
            _end(process)


def _read(stream: t.IO[str] | None, error: bool, inbox: Inbox) -> None:
    for line in stream or ():
        inbox.put(Line(line.rstrip("\n"), error))


def _end(process: subprocess.Popen[str]) -> None:
    """Ask as Ctrl-C would; a command that does not listen is killed, with what it started."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE)
            return
