# SPDX-License-Identifier: GPL-3.0-or-later
"""Where lines go: what people should see to the terminal and the log, everything else to the log alone."""

from __future__ import annotations

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
        self.log_file = folder / time.strftime("demo-%Y%m%d-%H%M%S.log")
        self._log = self.log_file.open("a", encoding="utf-8", buffering=1)
        for old in sorted(folder.glob("demo-*.log"))[:-LOGS_KEPT]:
            old.unlink(missing_ok=True)
        colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
        self.style = screen.Style(colour)

    def show(self, line: str = "") -> None:
        """To the terminal and the log."""
        print(line, flush=True)
        self.note(line)

    def note(self, line: str) -> None:
        """To the log alone."""
        moment = time.time()
        self._log.write(f"{screen.time_of_day(moment, 3)} {line}\n")

    def begin(self, number: str, title: str, command: str = "") -> None:
        """A step's heading."""
        self.show(screen.heading(number, title, command, self.style))
