# SPDX-License-Identifier: GPL-3.0-or-later
"""What every host boots from: one Debian root file system, and an apt repository of packages that fit it."""

from __future__ import annotations

import shutil
from pathlib import Path

from steady_lab import settings
from steady_lab.commands import run

HOST_FILES = settings.SOURCE / "host"

# A bare host: systemd, SSH, Python for Ansible, and the tools that kubeadm's preflight asks for.
HOST_PACKAGES = (
    "systemd systemd-sysv dbus openssh-server python3 python3-apt iproute2 iptables nftables conntrack ethtool socat"
    " kmod mount procps iputils-ping ca-certificates curl"
).split()

# What roles install over SSH; it must come with all it depends on.
OFFERED_PACKAGES = ("containerd", "runc", "containernetworking-plugins", "ebtables")


def build(target: Path) -> None:
    """Make `target/rootfs` and `target/debian`."""
    rootfs, repository = target / "rootfs", target / "debian"
    repository.mkdir(parents=True)
    run(
        "mmdebstrap",
        "--variant=minbase",
        "--mode=root",
        "--format=directory",
        f"--include={','.join(HOST_PACKAGES)}",
        '--aptopt=Acquire::Languages "none"',
        '--aptopt=APT::Install-Recommends "false"',
        *(f"--dpkgopt=path-exclude=/usr/share/{part}/*" for part in ("man", "locale", "doc", "info")),
        "--dpkgopt=force-unsafe-io",
        "--customize-hook=APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get --yes --download-only install "
        + " ".join(OFFERED_PACKAGES),
        f"--customize-hook=cp \"$1\"/var/cache/apt/archives/*.deb '{repository}/'",
        settings.DEBIAN,
        rootfs,
    )
    make_bare_host(rootfs)
    index(repository)


def make_bare_host(rootfs: Path) -> None:
    """What a fresh machine does not share with its twin goes; the lab's unit and package source come."""
    for key in (rootfs / "etc/ssh").glob("ssh_host_*"):
        key.unlink()
    shutil.copytree(HOST_FILES, rootfs, dirs_exist_ok=True)
    run("systemctl", f"--root={rootfs}", "enable", "lab-host.service")
    run("systemctl", f"--root={rootfs}", "mask", "systemd-resolved.service", "systemd-networkd.service")
    for listed in (rootfs / "etc/apt/sources.list.d").glob("*"):
        listed.unlink()
    source = f"deb [trusted=yes] http://{settings.MIRROR_NAME}:{settings.MIRROR_PORT}/debian ./\n"
    (rootfs / "etc/apt/sources.list").write_text(source)
    (rootfs / "etc/resolv.conf").unlink(missing_ok=True)
    # Nothing answers there, and that at once; a loopback address would make CoreDNS find a loop and stop.
    (rootfs / "etc/resolv.conf").write_text(f"nameserver {settings.GATEWAY}\n")


def index(repository: Path) -> None:
    """Give a folder of packages the index files that make it a flat apt repository."""
    for package in repository.glob("*%3a*.deb"):
        # apt and web servers disagree on how often to unquote an epoch's colon; Debian's own pool leaves the epoch out.
        name, version = package.name.split("_", 1)
        package.rename(package.with_name(f"{name}_{version.partition('%3a')[2]}"))
    (repository / "Packages").write_text(run("apt-ftparchive", "packages", ".", cwd=repository))
    run("gzip", "--keep", "--best", "Packages", cwd=repository)
    (repository / "Release").write_text(run("apt-ftparchive", "release", ".", cwd=repository))
