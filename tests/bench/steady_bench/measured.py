# SPDX-License-Identifier: GPL-3.0-or-later
"""A program whose lines are stamped as they come, with what it used; as a program itself, what does that.

`python measured.py COMMAND...` prints a line of JSON for each line that the command prints, and one about all of it. Moments are
CLOCK_MONOTONIC's, which all processes of a machine share.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import typing as t
from dataclasses import dataclass


@dataclass(frozen=True)
class Measured:
    """``began`` and ``ended`` are moments, ``cpu`` seconds of processor time, ``memory`` the most that one process had, in MB."""

    began: float
    ended: float
    code: int
    cpu: float
    memory: float
    lines: tuple[tuple[float, str], ...]

    @property
    def seconds(self) -> float:
        return self.ended - self.began

    def said(self, pattern: str) -> float | None:
        """The moment at which it first said so; None when it never did."""
        return next((at for at, text in self.lines if re.search(pattern, text, re.IGNORECASE)), None)


def measured_of(output: str) -> Measured:
    """From what this program printed."""
    told = [json.loads(line) for line in output.splitlines()]
    lines = tuple((line["at"], line["text"]) for line in told if "text" in line)
    return Measured(**told[-1], lines=lines)


def main(command: t.Sequence[str]) -> int:
    """The command's exit code."""
    began = time.monotonic()
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )
    assert process.stdout
    for line in process.stdout:
        print(json.dumps({"at": time.monotonic(), "text": line.rstrip("\n")}), flush=True)
    _pid, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    whole = {
        "began": began,
        "ended": time.monotonic(),
        "code": process.returncode,
        "cpu": used.ru_utime + used.ru_stime,
        "memory": used.ru_maxrss / 1024,
    }
    print(json.dumps(whole), flush=True)
    return process.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
