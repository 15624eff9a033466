# SPDX-License-Identifier: GPL-3.0-or-later
"""What anybody on the machine may read of its processes."""

from __future__ import annotations

import contextlib
import pathlib
import threading


class Processes(threading.Thread):
    """The command lines of all processes, as anybody on the machine may read them, looked at again and again."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._over = threading.Event()
        self.seen = ""

    def run(self) -> None:
        """Look."""
        seen: set[bytes] = set()
        while not self._over.wait(0.02):
            for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
                with contextlib.suppress(OSError):
                    seen.add(path.read_bytes())
        self.seen = b"\n".join(seen).decode(errors="replace")

    def __enter__(self) -> Processes:
        self.start()
        return self

    def __exit__(self, *_reason: object) -> None:
        self._over.set()
        self.join()
