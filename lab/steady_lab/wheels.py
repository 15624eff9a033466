# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs that PyPI carries as wheels, pinned by version and hash."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path

from steady_lab.commands import run

PIP = ("/usr/bin/python3", "-m", "pip")


def unpack(requirements: Path, target: Path) -> None:
    """Unpack the wheels that a requirements file pins into a folder, programs executable."""
    with tempfile.TemporaryDirectory() as scratch:
        options = ("--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes")
        run(*PIP, "download", *options, "--dest", scratch, "--requirement", requirements)
        for wheel in Path(scratch).glob("*.whl"):
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(target)
                for entry in archive.infolist():
                    if (entry.external_attr >> 16) & 0o111:
                        (target / entry.filename).chmod(0o755)
