# SPDX-License-Identifier: GPL-3.0-or-later
"""Go programs: one build cache for all of them, modules checked against Go's checksum database."""

from __future__ import annotations

import json
import re
import shutil
from functools import cache
from pathlib import Path

from steady_lab import settings, wheels
from steady_lab.artefacts import Artefact
from steady_lab.commands import run
from steady_lab.errors import LabError

REQUIREMENTS = settings.SOURCE / "build/go/requirements.txt"
FLAGS = "-s -w"

TOOLCHAIN = Artefact("go", (REQUIREMENTS,), lambda target: wheels.unpack(REQUIREMENTS, target))


def version_of(program: str) -> tuple[int, ...] | None:
    """The version of a Go toolchain; None when it cannot be told."""
    try:
        said = run(program, "version")
    except (LabError, FileNotFoundError):
        return None
    found = re.search(r"go version go(\d+(?:\.\d+)*)", said)
    return tuple(int(part) for part in found[1].split(".")) if found else None


@cache
def installed() -> str | None:
    """A Go on this machine that is new enough; None when there is none."""
    for candidate in (shutil.which("go"), "/usr/local/go/bin/go"):
        if candidate and (version_of(candidate) or ()) >= settings.GO_MINIMUM:
            return candidate
    return None


def go() -> str:
    """The Go that builds: the machine's own, else the lab's."""
    return installed() or str(TOOLCHAIN.folder / "go/bin/go")


def environment() -> dict[str, str]:
    return {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly", "GOWORK": "off"}


def compile_program(source: Path, target: Path, flags: str = FLAGS, package: str = ".") -> None:
    """Build a package of the module in `source`, or of one that it needs, into the file `target`."""
    target.parent.mkdir(parents=True, exist_ok=True)
    run(go(), "build", "-C", source, "-trimpath", "-ldflags", flags, "-o", target, package, env=environment())


def sources(module: Path) -> tuple[Path, ...]:
    """The files of a module that decide what is built."""
    texts = (path for path in module.rglob("*") if path.suffix == ".go" or path.name in ("go.mod", "go.sum"))
    return tuple(sorted(texts))


def program(name: str, source: Path, flags: str = FLAGS, package: str = ".") -> Artefact:
    """The artefact with the program of a module in it, as bin/NAME."""
    return Artefact(
        name, (*sources(source), flags), lambda target: compile_program(source, target / "bin" / name, flags, package)
    )


def module_folder(module: str, version: str) -> Path:
    """Where the files of a module are, downloaded and verified."""
    told = run(go(), "mod", "download", "-json", f"{module}@{version}", cwd=settings.SOURCE, env=environment())
    return Path(json.loads(told)["Dir"])
