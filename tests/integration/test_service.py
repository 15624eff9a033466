# SPDX-License-Identifier: GPL-3.0-or-later
"""The story's service by its own tests, with the Go that builds it."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

LAB = pathlib.Path(__file__).parents[2] / "lab"
FIND_GO = "from steady_lab import golang; print(golang.go())"


def test_the_service_keeps_its_word() -> None:
    """``go vet`` and ``go test``."""
    found = subprocess.run([sys.executable, "-c", FIND_GO], cwd=LAB, capture_output=True, text=True, check=True)
    for words in (["vet"], ["test", "-count=1"]):
        command = [found.stdout.strip(), *words, "./..."]
        said = subprocess.run(
            command,
            cwd=LAB / "service",
            env={**os.environ, "CGO_ENABLED": "0"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert said.returncode == 0, said.stdout + said.stderr
