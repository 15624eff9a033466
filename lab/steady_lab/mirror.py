# SPDX-License-Identifier: GPL-3.0-or-later
"""The download mirror: artefacts under the paths that upstream's download sites give them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from steady_lab import settings
from steady_lab.artefacts import Artefact


def publish(entries: Iterable[tuple[str, Artefact, str]]) -> bool:
    """Make each path of the mirror lead to its artefact; whether any had to change."""
    changed = False
    for path, artefact, inside in entries:
        changed |= point(settings.MIRROR / path, artefact.folder / inside)
    return changed


def point(link: Path, target: Path) -> bool:
    if link.is_symlink() and link.readlink() == target:
        return False
    link.parent.mkdir(parents=True, exist_ok=True)
    fresh = link.with_name(f".{link.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.replace(link)
    return True
