# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be put right again, however this program ends: each by a process that waits for that and does it."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

LONGEST = 240
"""Seconds that it may take."""


@contextlib.contextmanager
def undone_by(*command: str | Path, environment: Mapping[str, str] | None = None) -> Iterator[None]:
    """The command runs at the end of the block, also when this program is killed within it: then the pipe to it breaks."""
    guard = subprocess.Popen(
        ["sh", "-c", 'cat >/dev/null; exec "$@"', "sh", *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
        start_new_session=True,
    )
    try:
        yield
    finally:
        assert guard.stdin
        guard.stdin.close()
        guard.wait(LONGEST)
