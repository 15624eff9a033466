# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of the one kernel that this machine and all hosts share: what the lab needs is set, and put back at the end."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from steady_lab import settings
from steady_lab.commands import succeeds

MODULES = ("overlay", "br_netfilter", "nf_conntrack")
SYSCTL = Path("/proc/sys")
# Each kubelet, containerd and systemd watches files, all as root: the usual 128 are gone with the fourth host.
NEEDED = {"fs/inotify/max_user_instances": 8192}
# What a kubelet sets without asking; in a container of this machine it sets it for the machine.
SET_BY_KUBELETS = ("vm/overcommit_memory", "vm/panic_on_oom", "kernel/panic", "kernel/panic_on_oops")


def record() -> Path:
    return settings.STATE / "kernel.json"


def up() -> None:
    """Remember the settings as they are, then raise what is too low."""
    # Hosts cannot load modules; where these are built in, or there is no modprobe, there is nothing to load.
    if shutil.which("modprobe"):
        succeeds("modprobe", "--all", "--quiet", *MODULES)
    if not record().exists():
        before = {name: (SYSCTL / name).read_text().strip() for name in (*NEEDED, *SET_BY_KUBELETS)}
        settings.STATE.mkdir(parents=True, exist_ok=True)
        record().write_text(json.dumps(before))
    for name, least in NEEDED.items():
        if int((SYSCTL / name).read_text()) < least:
            (SYSCTL / name).write_text(str(least))


def down() -> None:
    """Put the remembered settings back."""
    if record().exists():
        for name, value in json.loads(record().read_text()).items():
            (SYSCTL / name).write_text(value)
        record().unlink()
