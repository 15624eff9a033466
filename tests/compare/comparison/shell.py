# SPDX-License-Identifier: GPL-3.0-or-later
"""Shell text run to its end, to a limit, or to the end of the whole comparison, whichever comes first."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from .judgement import Played

PATIENCE = 10.0
"""Seconds that a process gets to leave when asked to."""

CLEANING = 180.0
"""Seconds that cleaning up may take."""


class Stopped(Exception):
    """The comparison is being ended."""


class Shell:
    """Every process runs in a session of its own, so that it ends together with what it started."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[str]] = set()
        self._stopped = False
        self._lock = threading.Lock()

    def run(self, text: str, environment: Mapping[str, str], folder: Path, limit: float) -> Played:
        """What the text printed, its exit code and how long it took. Raises Stopped."""
        started = time.monotonic()
        process = self._start(text, environment, folder)
        try:
            output = process.communicate(timeout=limit)[0]
            code: int | None = process.returncode
        except subprocess.TimeoutExpired:
            output, code = end(process), None
        finally:
            with self._lock:
                self._running.discard(process)
        if self._stopped:
            raise Stopped
        return Played(code, output, time.monotonic() - started)

    def _start(self, text: str, environment: Mapping[str, str], folder: Path) -> subprocess.Popen[str]:
        with self._lock:
            if self._stopped:
                raise Stopped
            process = subprocess.Popen(
                ["sh", "-c", text],
                cwd=folder,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                start_new_session=True,
            )
            self._running.add(process)
        return process

    def finish(self, text: str, environment: Mapping[str, str], folder: Path) -> str:
        """What text that cleans up printed; it runs although the comparison is being ended."""
        done = subprocess.run(
            ["sh", "-c", text],
            cwd=folder,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=CLEANING,
            start_new_session=True,
            check=False,
        )
        return done.stdout + done.stderr

    def stop(self) -> None:
        """End what runs, and let nothing begin any more."""
        with self._lock:
            self._stopped = True
            running = list(self._running)
        for process in running:
            send(process, signal.SIGTERM)


def end(process: subprocess.Popen[str]) -> str:
    """Ask a process and all it started to leave, make them when they do not, and give back what was printed."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        send(process, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.communicate(timeout=PATIENCE)[0]
    return ""


def send(process: subprocess.Popen[str], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
