# SPDX-License-Identifier: GPL-3.0-or-later
"""A cgroup of its own for each host, so that no two kubelets share one; by what this machine's /sys/fs/cgroup is."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

from steady_lab import settings
from steady_lab.processes import Process

ROOT = Path("/sys/fs/cgroup")
# Two labs of two caches (in network namespaces of their own) must not share a cgroup.
FOLDER = f"steady-lab-{hashlib.sha256(str(settings.CACHE).encode()).hexdigest()[:8]}"


def unified() -> bool:
    """Whether this machine has cgroup v2 alone."""
    return (ROOT / "cgroup.controllers").exists()


def managed_by_systemd() -> bool:
    """Whether systemd runs this machine and hands out cgroups itself."""
    return Path("/run/systemd/system").is_dir()


def memberships(text: str) -> dict[str, str]:
    """Hierarchy to path, from the text of a /proc/PID/cgroup; the hierarchy of version 2 is ''."""
    lines = (line.split(":", 2)[1:] for line in text.splitlines() if line)
    return {controllers.removeprefix("name="): path for controllers, path in lines}


def places(name: str, own: dict[str, str], v2: bool) -> list[Path]:
    """The folders that make up a host's cgroup: below the caller's own one in each hierarchy of version 1."""
    if v2:
        # Below the root: no cgroup but the root may hold both processes and controlled children.
        return [ROOT / FOLDER / name]
    # A version 2 hierarchy without controllers may stand beside: systemd-nspawn then takes its place from that one.
    return [ROOT / (hierarchy or "unified") / path.strip("/") / FOLDER / name for hierarchy, path in own.items()]


def create(name: str) -> list[Path]:
    """Make a host's cgroup in every hierarchy; none where systemd does it."""
    if managed_by_systemd():
        return []
    made = places(name, memberships(Path("/proc/self/cgroup").read_text()), unified())
    made = [place for place in made if place.parent.parent.is_dir()]
    for place in made:
        for folder in (place.parent, place):
            folder.mkdir(exist_ok=True)
            prepare(folder)
    return made


def prepare(folder: Path) -> None:
    """A new cpuset has no CPUs and no memory, a new v2 cgroup no controllers, until its parent's are handed down."""
    for setting in ("cpuset.cpus", "cpuset.mems"):
        if (folder / setting).exists() and not (folder / "cgroup.controllers").exists():
            (folder / setting).write_text((folder.parent / setting).read_text())
    controllers = folder.parent / "cgroup.controllers"
    if controllers.exists():
        wanted = " ".join(f"+{controller}" for controller in controllers.read_text().split())
        (folder.parent / "cgroup.subtree_control").write_text(wanted)


def members(made: list[Path]) -> set[int]:
    """Ids of the processes in a host's cgroup and below, of which some may go while they are listed."""
    found: set[int] = set()
    for place in made:
        for processes in place.rglob("cgroup.procs") if place.is_dir() else ():
            with suppress(OSError):
                found.update(map(int, processes.read_text().split()))
    return found


def remove(made: list[Path]) -> None:
    """Remove a host's cgroup with what its systemd left below; the shared folder goes with the last host."""
    for place in made:
        below = sorted(place.rglob("*"), key=lambda path: len(path.parts), reverse=True) if place.exists() else []
        for folder in [path for path in below if path.is_dir()] + [place, place.parent]:
            try:
                folder.rmdir()
            except OSError:
                continue


def freeze(process: Process, frozen: bool) -> None:
    """Stop or resume every process of a host where it stands."""
    own = memberships(Path(f"/proc/{process.pid}/cgroup").read_text())
    if "freezer" in own:
        (ROOT / "freezer" / own["freezer"].strip("/") / "freezer.state").write_text("FROZEN" if frozen else "THAWED")
        return
    place = ROOT / own[""].strip("/")
    # On version 2 systemd-nspawn keeps itself in "supervisor" beside its "payload".
    place = place.parent if place.name == "supervisor" else place
    (place / "cgroup.freeze").write_text("1" if frozen else "0")


def is_frozen(process: Process) -> bool:
    own = memberships(Path(f"/proc/{process.pid}/cgroup").read_text())
    if "freezer" in own:
        state = ROOT / "freezer" / own["freezer"].strip("/") / "freezer.state"
        return state.read_text().strip() != "THAWED"
    place = ROOT / own[""].strip("/")
    place = place.parent if place.name == "supervisor" else place
    return (place / "cgroup.freeze").read_text().strip() == "1"
