# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts: systemd in a container each, on the lab's bridge, answering SSH. Nothing of Kubernetes is on them to begin with."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from steady_lab import cgroups, processes, settings
from steady_lab.commands import run, succeeds
from steady_lab.errors import LabError

BOOT_SECONDS = 90.0
STOP_SECONDS = 60.0

# Joins the cgroups it is given, for a container's cgroup namespace begins where its parent was; then runs the command, and
# again when its host reboots: with --keep-unit systemd-nspawn leaves that to who started it, and says so by ending with 133.
KEEP = """
while [ "$1" != -- ]; do echo $$ > "$1/cgroup.procs"; shift; done; shift
trap 'kill -TERM $nspawn' TERM
said=133
while [ $said -eq 133 ]; do
    "$@" & nspawn=$!
    wait $nspawn; said=$?
    while kill -0 $nspawn 2>/dev/null; do wait $nspawn; said=$?; done
done
exit $said
"""


@dataclass(frozen=True)
class Host:
    """A host of the lab and where it lives on this machine."""

    name: str
    address: str
    lower: Path

    @property
    def folder(self) -> Path:
        return settings.HOSTS / self.name

    @property
    def root(self) -> Path:
        return self.folder / "root"

    @property
    def upper(self) -> Path:
        return self.folder / "upper"

    @property
    def service(self) -> str:
        """What its systemd-nspawn is recorded as."""
        return f"host-{self.name}"

    @property
    def init(self) -> str:
        """What its process 1 is recorded as: it outlives a systemd-nspawn that is killed."""
        return f"init-{self.name}"


def known() -> list[Host]:
    """Every host that was made and not removed, running or not."""
    found = []
    for described in sorted(settings.HOSTS.glob("*/host.json")):
        text = json.loads(described.read_text())
        found.append(Host(described.parent.name, text["address"], Path(text["lower"])))
    return found


def find(name: str) -> Host:
    hosts = known()
    for host in hosts:
        if host.name == name:
            return host
    raise LabError(f"The lab has no host {name}; it has {', '.join(h.name for h in hosts) or 'none'}.")


def make_key() -> None:
    """The key that opens every host of this lab."""
    key = settings.SSH / "id_ed25519"
    if not key.exists():
        settings.SSH.mkdir(parents=True, exist_ok=True, mode=0o700)
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "steady.rollout lab", "-f", key)


def make(name: str, lower: Path) -> Host:
    """Lay out a new host's own files over the shared root file system; its description, written last, makes it exist."""
    taken = frozenset(host.address for host in known())
    host = Host(name, settings.address_of(name, taken), lower)
    if host.address in taken:
        raise LabError(f"The address {host.address} of {name} is taken by another host of the lab.")
    forget(host)
    for part in ("upper/etc/ssh", "upper/etc/default", "upper/root/.ssh", "work", "root", "containerd"):
        (host.folder / part).mkdir(parents=True)
    etc = host.upper / "etc"
    (etc / "hostname").write_text(f"{name}\n")
    (etc / "machine-id").write_text(f"{uuid.uuid4().hex}\n")
    (etc / "default/lab-host").write_text(
        f"LAB_ADDRESS={host.address}/{settings.PREFIX_LENGTH}\nLAB_GATEWAY={settings.GATEWAY}\n"
    )
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", etc / "ssh/ssh_host_ed25519_key")
    (host.upper / "root").chmod(0o700)
    (host.upper / "root/.ssh").chmod(0o700)
    shutil.copy(settings.SSH / "id_ed25519.pub", host.upper / "root/.ssh/authorized_keys")
    described = host.folder / "host.json"
    described.with_suffix(".new").write_text(json.dumps({"address": host.address, "lower": str(lower)}))
    described.with_suffix(".new").replace(described)
    return host


def introduce() -> None:
    """Tell every host the names of all, and SSH clients the key of each."""
    hosts = known()
    names = [f"{host.address} {host.name}" for host in hosts]
    names.append(f"{settings.GATEWAY} {settings.REGISTRY_NAME} {settings.MIRROR_NAME}")
    trusted = []
    for host in hosts:
        text = "\n".join(["127.0.0.1 localhost", "::1 localhost", *names]) + "\n"
        place = (host.root if host.root.is_mount() else host.upper) / "etc/hosts"
        if not place.exists() or place.read_text() != text:
            place.write_text(text)
        key = (host.upper / "etc/ssh/ssh_host_ed25519_key.pub").read_text().split()
        trusted.append(f"{host.address},{host.name} {key[0]} {key[1]}\n")
    (settings.SSH / "known_hosts").write_text("".join(trusted))


def mount(host: Host) -> None:
    if not host.root.is_mount():
        layers = f"lowerdir={host.lower},upperdir={host.upper},workdir={host.folder / 'work'}"
        run("mount", "-t", "overlay", f"steady-{host.name}", "-o", layers, host.root)


def start(host: Host) -> bool:
    """Boot a host that is not running; whether it had to be."""
    if processes.running(host.service):
        return False
    clear(host)
    mount(host)
    made = cgroups.create(host.name)
    (host.folder / "cgroups.json").write_text(json.dumps([str(place) for place in made]))
    command = ["sh", "-c", KEEP, "sh", *made, "--", *nspawn(host)]
    environment = {"SYSTEMD_NSPAWN_API_VFS_WRITABLE": "1"}
    if not cgroups.unified():
        environment["SYSTEMD_NSPAWN_UNIFIED_HIERARCHY"] = "0"
    processes.start(host.service, command, environment)
    return True


def nspawn(host: Host) -> list[str | Path]:
    keep = [] if cgroups.managed_by_systemd() else ["--keep-unit"]
    return [
        "systemd-nspawn",
        "--quiet",
        "--register=no",
        *keep,
        "--boot",
        "--settings=no",
        f"--directory={host.root}",
        f"--machine={host.name}",
        f"--network-bridge={settings.BRIDGE}",
        "--capability=all",
        "--private-users=no",
        "--system-call-filter=add_key keyctl bpf perf_event_open",
        "--bind=/dev/kmsg",
        f"--bind={host.folder / 'containerd'}:/var/lib/containerd",
        "--resolv-conf=off",
        "--timezone=off",
        "--link-journal=no",
        "--console=read-only",
    ]


def veths() -> list[dict[str, Any]]:
    """This machine's ends of cables, as `ip` describes them."""
    described: list[dict[str, Any]] = json.loads(run("ip", "-json", "link", "show", "type", "veth") or "[]")
    return described


def leader(host: Host) -> int | None:
    """The id, on this machine, of the host's process 1."""
    known_one = processes.running(host.init)
    if known_one:
        return known_one.pid
    process = processes.running(host.service)
    for nspawn in processes.children(process.pid) if process else []:
        for child in processes.children(nspawn):
            # Its first child only prepares the second and ends; the one that stays has a network of its own.
            if network_of(child) not in (None, network_of(os.getpid())):
                return child
    return None


def network_of(pid: int) -> str | None:
    """The network namespace of a process; None when it has ended."""
    try:
        return os.readlink(f"/proc/{pid}/ns/net")
    except OSError:
        return None


def wait(host: Host, what: str, deadline: float) -> None:
    """Give a booting host a moment; LabError when it died or took too long."""
    log = settings.LOGS / f"{host.service}.log"
    if not processes.running(host.service):
        raise LabError(f"Host {host.name} ended while it booted; see {log}.")
    if time.monotonic() > deadline:
        raise LabError(f"Host {host.name}: {what} not there after {BOOT_SECONDS:.0f} s; see {log}.")
    time.sleep(0.05)


def connect(host: Host) -> None:
    """Bring up this machine's end of a host's cable, which systemd-nspawn leaves to systemd-networkd."""
    deadline = time.monotonic() + BOOT_SECONDS
    while True:
        first = leader(host)
        if first is not None:
            shown = run("nsenter", "-t", str(first), "-n", "ip", "-json", "link", "show")
            ends = [link["link_index"] for link in json.loads(shown) if link["ifname"] == "host0"]
            for link in veths():
                if link["ifindex"] in ends:
                    run("ip", "link", "set", link["ifname"], "master", settings.BRIDGE, "up")
                    processes.record(host.init, first)
                    return
        wait(host, "its network", deadline)


def answers_ssh(host: Host) -> bool:
    try:
        with socket.create_connection((host.address, 22), timeout=1.0) as connection:
            return connection.recv(4) == b"SSH-"
    except OSError:
        return False


def ssh(host: Host, *command: str) -> list[str | Path]:
    """The command line that runs something on a host as its users would."""
    options = {
        "IdentityFile": settings.SSH / "id_ed25519",
        "UserKnownHostsFile": settings.SSH / "known_hosts",
        "IdentitiesOnly": "yes",
        "StrictHostKeyChecking": "yes",
        "BatchMode": "yes",
        "ConnectTimeout": "5",
        "LogLevel": "ERROR",
    }
    flags = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    return ["ssh", "-F", "none", *flags, f"root@{host.address}", *command]


def settle(host: Host) -> None:
    """Wait until a host answers SSH."""
    deadline = time.monotonic() + BOOT_SECONDS
    while not answers_ssh(host):
        wait(host, "SSH", deadline)


def condition(host: Host) -> str:
    """What systemd on a host says of itself: running, degraded ...; or why that cannot be told."""
    process = processes.running(host.service)
    if process is None:
        return "stopped"
    if cgroups.is_frozen(process):
        return "frozen"
    if not answers_ssh(host):
        return "no answer on port 22"
    said = subprocess.run(
        [str(word) for word in ssh(host, "systemctl", "is-system-running")],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return said.stdout.strip() or said.stderr.strip() or "unknown"


def clear(host: Host) -> None:
    """Take away what a host whose systemd-nspawn has ended left on this machine: processes, cable, mount, cgroups."""
    processes.end(host.init, 0.0, signal.SIGKILL)
    recorded = host.folder / "cgroups.json"
    made = [Path(place) for place in json.loads(recorded.read_text())] if recorded.exists() else []
    end_all(made)
    cable = f"vb-{host.name}"
    for link in veths():
        if cable in (link.get("ifname"), *link.get("altnames", ())):
            # Its other end is gone with the host's last process, but only a moment later; by then it may be gone itself.
            succeeds("ip", "link", "delete", link["ifname"])
    if host.root.is_mount():
        run("umount", "--recursive", host.root)
    cgroups.remove(made)
    recorded.unlink(missing_ok=True)


def end_all(made: list[Path]) -> None:
    """End whatever is left in a host's cgroup, which only what the lab started can be in."""
    deadline = time.monotonic() + STOP_SECONDS
    while left := cgroups.members(made):
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if time.monotonic() > deadline:
            raise LabError(f"Processes {', '.join(map(str, sorted(left)))} do not end; look at them with ps.")
        time.sleep(0.05)


def stop(host: Host, orderly: bool = True) -> bool:
    """Shut a host down (or cut its power); whether it was running."""
    process = processes.running(host.service)
    if process is not None and cgroups.is_frozen(process):
        cgroups.freeze(process, frozen=False)
    first = leader(host)
    if first is not None:
        processes.record(host.init, first)
    ended = processes.end(host.service, STOP_SECONDS, signal.SIGTERM if orderly else signal.SIGKILL)
    clear(host)
    return ended


def forget(host: Host) -> None:
    """Remove everything a stopped host owns."""
    (host.folder / "host.json").unlink(missing_ok=True)
    if host.folder.exists():
        run("rm", "--recursive", "--force", "--one-file-system", host.folder)
