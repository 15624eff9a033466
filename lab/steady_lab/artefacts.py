# SPDX-License-Identifier: GPL-3.0-or-later
"""Things the lab builds once and keeps, each in a folder named after the content it was built from."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from steady_lab import hosts, settings
from steady_lab.commands import run
from steady_lab.console import Console

IGNORED = frozenset({"__pycache__", ".ruff_cache", ".mypy_cache", ".pytest_cache"})

UNFINISHED = ".new-"


@dataclass(frozen=True)
class Artefact:
    """Something to build: what it depends on (files, folders, plain words) and how to fill an empty folder with it."""

    name: str
    inputs: tuple[Path | str, ...]
    build: Callable[[Path], None]

    @property
    def folder(self) -> Path:
        return settings.ARTEFACTS / f"{self.name}-{key_of(self.inputs)}"

    @property
    def there(self) -> bool:
        return self.folder.is_dir()


def files_below(place: Path) -> list[Path]:
    """Every file of a folder that is content, in a fixed order; a file stands for itself."""
    if place.is_file():
        return [place]
    found = (path for path in place.rglob("*") if path.is_file() or path.is_symlink())
    return sorted(path for path in found if not IGNORED & set(path.relative_to(place).parts))


def key_of(inputs: Iterable[Path | str]) -> str:
    """A short name for the content of the inputs: file names, modes and bytes, but neither places nor times."""
    total = hashlib.sha256()
    for entry in inputs:
        if isinstance(entry, str):
            total.update(f"word {entry}\n".encode())
            continue
        for path in files_below(entry):
            name = path.relative_to(entry) if path != entry else path.name
            if path.is_symlink():
                total.update(f"link {name} {path.readlink()}\n".encode())
                continue
            executable = path.stat().st_mode & 0o111 != 0
            total.update(f"file {name} {executable} {digest(path)}\n".encode())
    return total.hexdigest()[:16]


def digest(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def ensure(artefact: Artefact, console: Console, title: str) -> Path:
    """The folder of an artefact, built first if it is missing; a build that was cut short leaves nothing that counts."""
    folder = artefact.folder
    if folder.is_dir():
        return folder
    settings.ARTEFACTS.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f"{UNFINISHED}{artefact.name}-", dir=settings.ARTEFACTS))
    scratch.chmod(0o755)
    try:
        with console.step(title):
            artefact.build(scratch)
        scratch.replace(folder)
    finally:
        remove(scratch)
    forget_older(artefact.name, folder)
    return folder


def forget_older(name: str, kept: Path) -> None:
    """Remove what was built from earlier content, unless a host still runs on it."""
    in_use = {host.lower.parent for host in hosts.known()}
    for folder in settings.ARTEFACTS.glob(f"{name}-" + "[0-9a-f]" * 16):
        if folder != kept and folder not in in_use:
            remove(folder)


def forget_unfinished() -> None:
    """Remove what builds left that were killed."""
    for scratch in settings.ARTEFACTS.glob(f"{UNFINISHED}*"):
        remove(scratch)


def remove(folder: Path) -> None:
    if folder.exists():
        run("rm", "--recursive", "--force", "--one-file-system", folder)


def copy_content(source: Path, target: Path) -> None:
    """Copy what is content in a folder."""
    shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*IGNORED))
