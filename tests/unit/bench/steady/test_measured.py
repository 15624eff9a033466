# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import subprocess
import sys

import pytest

from steady_bench import measured
from steady_bench.measured import measured_of


def by_itself(text: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, measured.__file__, "sh", "-c", text]
    return subprocess.run(words, capture_output=True, text=True, check=False)


def test_each_line_has_its_moment_and_the_whole_its_code() -> None:
    done = by_itself("echo one; echo two >&2; exit 3")
    found = measured_of(done.stdout)
    assert [text for _at, text in found.lines] == ["one", "two"]
    assert (done.returncode, found.code) == (3, 3)
    assert found.began <= found.lines[0][0] <= found.lines[1][0] <= found.ended
    assert found.seconds == found.ended - found.began


def test_what_a_program_used_is_told() -> None:
    busy = f"{sys.executable} -c 'kept = bytearray(50_000_000); sum(range(3_000_000))'"
    found = measured_of(by_itself(busy).stdout)
    assert found.memory > 50 and found.cpu > 0.02


def test_the_first_line_that_says_so_counts() -> None:
    found = measured_of(by_itself("echo waiting; echo image NOT found; echo not found again").stdout)
    assert found.said("not found") == found.lines[1][0]
    assert found.said("quota") is None


def test_output_that_tells_nothing_is_no_measurement() -> None:
    with pytest.raises((IndexError, ValueError)):
        measured_of("")
