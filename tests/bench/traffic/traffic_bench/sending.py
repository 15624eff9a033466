# SPDX-License-Identifier: GPL-3.0-or-later
"""The load of one row: wrk and the load program side by side, told when phases begin, asked for their figures at the end."""

from __future__ import annotations

import contextlib
import math
import os
import signal
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path

from .figures import BEFORE, Figures, figures_of
from .rows import Load

HERE = Path(__file__).resolve().parent.parent

DELAY = 15
"""Milliseconds between two requests of one of wrk's connections."""

EACH = 57
"""Requests per second of one of wrk's connections: an answer takes about 2 ms."""

LONGEST = 300
"""Seconds after which any load ends by itself."""

PATIENCE = 30.0
"""Seconds to wait for the answers that are under way."""


class Sending:
    """Starts with its construction, in the phase before."""

    def __init__(self, load: Load, program: Path, addresses: Sequence[str], site: str) -> None:
        words = [str(program), f"-addresses={','.join(addresses)}", f"-host={site}", f"-longest={LONGEST}s"]
        rates = [f"-kept={load.kept}", f"-fresh={load.new}", f"-slow={load.slow}", f"-streams={load.streams}"]
        self._load = self._start([*words, *rates])
        self._wrk = self._start(wrk_words(load.wrk, addresses[0], site)) if load.wrk else None
        self.begin(BEFORE)

    @staticmethod
    def _start(words: Sequence[str]) -> subprocess.Popen[str]:
        # In a session of its own, so that Ctrl-C in the terminal does not end it before it was asked for its figures.
        return subprocess.Popen(
            words,
            env={**os.environ, "WRK_DELAY": str(DELAY)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            text=True,
        )

    def begin(self, phase: str) -> None:
        """Requests that are due from now on count in this phase."""
        assert self._load.stdin is not None
        self._load.stdin.write(f"{phase}\n")
        self._load.stdin.flush()

    def end(self) -> Figures:
        """Send no more, wait for what is under way, and give the figures. Raises Unreadable."""
        if self._wrk:
            self._wrk.send_signal(signal.SIGINT)
        load = self._load.communicate(timeout=PATIENCE)[0]
        return figures_of(load, self._wrk.communicate(timeout=PATIENCE)[0] if self._wrk else "")

    def stop(self) -> None:
        """End both whatever they do; nothing happens when they have ended."""
        for process in filter(None, (self._load, self._wrk)):
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            process.wait()


def wrk_words(rate: int, address: str, site: str) -> list[str]:
    """wrk's command line for about so many requests per second."""
    connections = math.ceil(rate / EACH)
    words = ["wrk", "--threads=1", f"--connections={connections}", f"--duration={LONGEST}s", "--timeout=10s"]
    return [*words, f"--header=Host: {site}", f"--script={HERE / 'pace.lua'}", f"http://{address}/"]


def pause(seconds: float) -> None:
    """Let the load run: the time is what is measured, so nothing can be waited for instead."""
    threading.Event().wait(seconds)
