# SPDX-License-Identifier: GPL-3.0-or-later
"""The Go programs of this project by their own tests, with the Go that builds them."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

import pytest

PROJECT = pathlib.Path(__file__).parents[2]
FIND_GO = "from steady_lab import golang; print(golang.go())"


@pytest.mark.parametrize("program", ["lab/service", "tests/bench/traffic/load"])
def test_a_program_keeps_its_word(program: str) -> None:
    """``go vet`` and ``go test``."""
    found = subprocess.run(
        [sys.executable, "-c", FIND_GO], cwd=PROJECT / "lab", capture_output=True, text=True, check=True
    )
    for words in (["vet"], ["test", "-count=1"]):
        command = [found.stdout.strip(), *words, "./..."]
        said = subprocess.run(
            command,
            cwd=PROJECT / program,
            env={**os.environ, "CGO_ENABLED": "0"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert said.returncode == 0, said.stdout + said.stderr
