# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the lab can run on this machine, and the Debian packages it needs there."""

from __future__ import annotations

import os
import platform
import shutil
from pathlib import Path

from steady_lab import golang, network, processes, services
from steady_lab.artefacts import ensure
from steady_lab.commands import run, succeeds
from steady_lab.console import Console
from steady_lab.errors import Refusal

# Program to look for, and the package that has it.
PROGRAMS = {
    "mmdebstrap": "mmdebstrap",
    "systemd-nspawn": "systemd-container",
    "ip": "iproute2",
    "nsenter": "util-linux",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
    "apt-ftparchive": "apt-utils",
    "docker-registry": "docker-registry",
    "skopeo": "skopeo",
    "buildah": "buildah",
}


def refuse_unsuited() -> None:
    """Refuse a machine the lab cannot run on."""
    if platform.system() != "Linux":
        raise Refusal(f"The lab runs on Linux only, and this is {platform.system()}.")
    if platform.machine() != "x86_64":
        raise Refusal(f"The lab is built for x86_64 machines, and this one is {platform.machine()}.")
    if os.geteuid() != 0:
        raise Refusal("The lab starts systemd hosts and a network of its own, which only root may do.")
    if not Path("/etc/debian_version").exists() or shutil.which("apt-get") is None:
        raise Refusal("The lab needs a Debian machine (12 or later), and this one has no apt.")


def refuse_taken() -> None:
    """Refuse when another program has the lab's addresses or ports."""
    network.refuse_foreign_range()
    for service in services.SERVICES:
        if processes.running(service.name) is None:
            services.refuse_taken_port(service)


def missing_packages() -> list[str]:
    missing = {package for program, package in PROGRAMS.items() if shutil.which(program) is None}
    if not succeeds("/usr/bin/python3", "-m", "pip", "--version"):
        missing.add("python3-pip")
    return sorted(missing)


def install_packages(console: Console) -> bool:
    """Install what the lab needs and this machine lacks; whether anything was."""
    missing = missing_packages()
    if not missing:
        return False
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    with console.step(f"Debian packages {', '.join(missing)}"):
        run("apt-get", "update", "--quiet", env=quiet)
        # Installing docker-registry must not start the system's own one on port 5000.
        policy = Path("/usr/sbin/policy-rc.d")
        ours = not policy.exists()
        if ours:
            policy.write_text("#!/bin/sh\nexit 101\n")
            policy.chmod(0o755)
        try:
            run("apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *missing, env=quiet)
        finally:
            if ours:
                policy.unlink()
    still = missing_packages()
    if still:
        raise Refusal(f"This machine lacks {', '.join(still)}, and apt did not bring it.")
    return True


def install_go(console: Console) -> None:
    """Fetch a Go toolchain when this machine has none that is new enough."""
    if golang.installed() is None:
        ensure(golang.TOOLCHAIN, console, "Go toolchain from PyPI")
