# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done to the lab's hosts, for all trials of a batch at once; each is undone whatever happens to this program."""

from __future__ import annotations

import json
import os
import random
import signal
import sys
from contextlib import suppress
from pathlib import Path

from steady_lab import cgroups, hosts, processes, settings

from .site import NotPlayed, Stage
from .undoing import undone_by

CONTROL_PLANE = "lab-control-plane-1"
WORKERS = ("lab-worker-1", "lab-worker-2")


def api_server_stopped(stage: Stage, chance: random.Random) -> None:
    """Its process ends; the kubelet starts another one, after a while that grows from time to time."""
    pid = process("kube-apiserver")
    os.kill(pid, chance.choice([signal.SIGTERM, signal.SIGKILL]))
    for _attempt in range(1200):
        stage.pause(0.1)
        with suppress(NotPlayed):
            if process("kube-apiserver") != pid:
                break
    stage.kubectl("get", "--raw=/readyz")


def etcd_paused(stage: Stage, _chance: random.Random) -> None:
    """For five seconds nothing can be read anew, nor written."""
    pid = process("etcd")
    with undone_by("kill", "-CONT", str(pid)):
        os.kill(pid, signal.SIGSTOP)
        stage.pause(5.0)


def worker_frozen(stage: Stage, chance: random.Random) -> None:
    """A host stands still for up to a minute: after 40 s its node counts as lost."""
    name = chance.choice(WORKERS)
    lab = [sys.executable, str(settings.SOURCE / "lab"), "host"]
    host = processes.running(hosts.find(name).service)
    if host is None:
        raise NotPlayed(f"the lab's host {name} does not run")
    with undone_by(*lab, "thaw", name):
        cgroups.freeze(host, frozen=True)
        stage.pause(chance.uniform(8.0, 55.0))
    stage.kubectl("wait", f"node/{name}", "--for=condition=Ready", "--timeout=60s", "--request-timeout=0")


def process(name: str) -> int:
    """The id of a process of the control plane's host. Raises NotPlayed."""
    places = json.loads((hosts.find(CONTROL_PLANE).folder / "cgroups.json").read_text())
    for pid in cgroups.members([Path(place) for place in places]):
        with suppress(OSError):
            if Path(f"/proc/{pid}/comm").read_text().strip() == name:
                return pid
    raise NotPlayed(f"no process {name} on {CONTROL_PLANE}")
