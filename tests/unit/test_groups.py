# SPDX-License-Identifier: GPL-3.0-or-later
"""The versions of pytest and pytest-xdist that are pinned keep tests of one group on one worker."""

from __future__ import annotations

import pathlib
import re
import subprocess
import sys

TESTS = """
import pytest

@pytest.mark.xdist_group("together")
@pytest.mark.parametrize("one", range(6))
def test_each(one):
    assert one >= 0
"""


def test_a_group_runs_on_one_worker(tmp_path: pathlib.Path) -> None:
    (tmp_path / "test_each.py").write_text(TESTS)
    words = (
        "-n",
        "2",
        "--dist",
        "loadgroup",
        "-v",
        "-p",
        "no:cacheprovider",
        "-c",
        "/dev/null",
        "--rootdir",
        str(tmp_path),
    )
    command = [sys.executable, "-m", "pytest", *words, str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    workers = re.findall(r"^\[(gw\d)\] .*PASSED", done.stdout, re.M)
    assert len(workers) == 6, done.stdout
    assert len(set(workers)) == 1, done.stdout
