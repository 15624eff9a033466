# SPDX-License-Identifier: GPL-3.0-or-later
"""Where lines go: what people should see to the terminal and the log, everything else to the log alone."""

from __future__ import annotations

import io
import os
import sys
import time
from pathlib import Path

from . import screen

LOGS_KEPT = 10


class Teller:
    """One writer for the terminal and the log file; call it from one thread."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")
        self.log_file = folder / time.strftime("demo-%Y%m%d-%H%M%S.log")
        self._log = self.log_file.open("a", encoding="utf-8", buffering=1)
        for old in sorted(folder.glob("demo-*.log"))[:-LOGS_KEPT]:
            old.unlink(missing_ok=True)
        self._terminal = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
        self._ticking = False
        self._shown = time.monotonic()
        colour = self._terminal and "NO_COLOR" not in os.environ
        self.style = screen.Style(colour, screen.glyphs_for(sys.stdout.encoding))

    def show(self, line: str = "") -> None:
        """To the terminal and the log."""
        print(line, flush=True)
        self._ticking = False
        self._shown = time.monotonic()
        self.note(line)

    def tick(self, line: str, same: bool) -> None:
        """A line that says the ``same`` as the tick before it, but for the time, takes its place on a terminal."""
        if same and self._ticking and self._terminal:
            print("\033[1A\033[2K", end="")
        self.show(line)
        self._ticking = True

    @property
    def quiet(self) -> float:
        """Seconds since something was shown."""
        return time.monotonic() - self._shown

    def note(self, line: str) -> None:
        """To the log alone."""
        moment = time.time()
        for part in screen.plain(line).splitlines():
            self._log.write(f"{screen.time_of_day(moment, 3)} {part}\n")

    def begin(self, number: str, title: str, command: str = "") -> None:
        """A step's heading."""
        self.show(screen.heading(number, title, command, self.style))
