# SPDX-License-Identifier: GPL-3.0-or-later
"""The Kubernetes cluster on the hosts: made by the collection's own playbook, looked at through its own kubeconfig."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from steady_lab import catalogue, settings
from steady_lab.errors import LabError

PLAYBOOK = settings.PROJECT / "playbooks/bootstrap.yml"
INVENTORY = settings.PROJECT / "inventory/lab"


def kubectl() -> list[str | Path]:
    return [catalogue.KUBERNETES.folder / "kubectl", "--kubeconfig", settings.KUBECONFIG, "--request-timeout=3s"]


def ready_of(answer: str, since: float = 0.0) -> dict[str, bool]:
    """Node to readiness, from nodes and their leases as JSON.

    A node whose kubelet has not renewed its lease after `since` (seconds of the epoch) is not ready, whatever its status says:
    after a crash the status is that of before, until the node controller's patience ends.
    """
    items = json.loads(answer)["items"]
    renewed = {
        item["metadata"]["name"]: datetime.fromisoformat(item["spec"]["renewTime"].replace("Z", "+00:00")).timestamp()
        for item in items
        if item["kind"] == "Lease"
    }
    return {
        item["metadata"]["name"]: renewed.get(item["metadata"]["name"], 0.0) > since
        and any(
            condition["type"] == "Ready" and condition["status"] == "True"
            for condition in item.get("status", {}).get("conditions", [])
        )
        for item in items
        if item["kind"] == "Node"
    }


def nodes(since: float = 0.0) -> dict[str, bool] | None:
    """Node to readiness; None when no cluster answers."""
    if not settings.KUBECONFIG.exists() or not catalogue.KUBERNETES.there:
        return None
    question = ("get", "nodes,leases", "--namespace=kube-node-lease", "--output=json")
    words = [str(word) for word in (*kubectl(), *question)]
    asked = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    return ready_of(asked.stdout, since) if asked.returncode == 0 else None


def is_ready(wanted: Iterable[str], since: float = 0.0) -> bool:
    """Whether the cluster answers and has all these nodes, Ready."""
    have = nodes(since) or {}
    return all(have.get(name, False) for name in wanted)


def wait_ready(wanted: Iterable[str], seconds: float, since: float = 0.0) -> bool:
    """Whether the cluster becomes Ready in that time: after a restart of its hosts it needs some."""
    deadline = time.monotonic() + seconds
    while not is_ready(wanted, since):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.5)
    return True


def bootstrap() -> None:
    """Run the collection's playbook on the lab's inventory."""
    known = shutil.which("ansible-playbook")
    program = [known] if known else [str(settings.PROJECT / "tests/environment"), "ansible-playbook"]
    environment = {
        **os.environ,
        "STEADY_ROLLOUT_CACHE": str(settings.CACHE),
        # SSH connections that outlive a playbook must not be taken for those of the hosts that come after `down`.
        "ANSIBLE_SSH_CONTROL_PATH_DIR": str(settings.SSH / "control"),
    }
    words = [*program, "--inventory", str(INVENTORY), str(PLAYBOOK)]
    done = subprocess.run(words, cwd=settings.PROJECT, env=environment, check=False)
    if done.returncode != 0:
        raise LabError(f"playbooks/bootstrap.yml ended with {done.returncode}; its output above says why.")
