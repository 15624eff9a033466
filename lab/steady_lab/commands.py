# SPDX-License-Identifier: GPL-3.0-or-later
"""Running programs to their end, with their last words in the error when they fail."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from steady_lab.errors import LabError

TAIL_LINES = 15


def run(
    *command: str | Path,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: str | None = None,
) -> str:
    """Standard output of a program that ended well; LabError with its last lines otherwise."""
    words = [str(word) for word in command]
    done = subprocess.run(
        words,
        cwd=cwd,
        env={**os.environ, "LC_ALL": "C.UTF-8", **(env or {})},
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise LabError(failure(words, done.returncode, done.stdout + done.stderr))
    return done.stdout


def succeeds(*command: str | Path) -> bool:
    """Whether a program ends with 0; what it says is of no interest."""
    words = [str(word) for word in command]
    quiet = subprocess.DEVNULL
    return subprocess.run(words, stdin=quiet, stdout=quiet, stderr=quiet, check=False).returncode == 0


def failure(words: Sequence[str], code: int, output: str) -> str:
    tail = "\n    ".join(output.strip().splitlines()[-TAIL_LINES:])
    return f"{' '.join(words[:6])} ended with {code}:\n    {tail}"
