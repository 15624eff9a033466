# SPDX-License-Identifier: GPL-3.0-or-later
"""One more host of the lab as a node that takes only pods that tolerate it, for tests that freeze or restart it; it stays."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pathlib
import subprocess
import tempfile
import typing as t

import yaml

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, objects, resources

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._cluster.cluster import ApiCluster

CHECKOUT = pathlib.Path(__file__).parents[2]
CACHE = pathlib.Path(os.environ.get("STEADY_ROLLOUT_CACHE") or pathlib.Path.home() / ".cache" / "steady-rollout")
HOST, ADDRESS = "lab-worker-3", "10.77.0.23"
APART = "steady.rollout/apart"
TAINTS = [{"key": APART, "value": "true", "effect": "NoExecute"}]
MERGE = "application/merge-patch+json"


def run(*command: str | pathlib.Path) -> None:
    """In the checkout, to a good end."""
    said = subprocess.run(command, cwd=CHECKOUT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr


def lab(action: str) -> None:
    """What ``lab/lab host`` can do with it."""
    run("lab/lab", "host", action, HOST)


def on_it(command: str) -> None:
    """As root on the host."""
    keys = CACHE / "lab" / "ssh"
    run(
        "ssh", "-i", keys / "id_ed25519", "-o", f"UserKnownHostsFile={keys / 'known_hosts'}", f"root@{ADDRESS}", command
    )


def is_ready(cluster: ApiCluster) -> bool:
    """Whether its node is."""
    try:
        return objects.condition(cluster.read(resources.NODE, "", HOST), "Ready").get("status") == "True"
    except errors.NotFound:
        return False


@contextlib.contextmanager
def apart(cluster: ApiCluster) -> t.Iterator[str]:
    """The node's name; while it lasts no other test has it."""
    with (CACHE / "apart.lock").open("a") as alone:
        fcntl.flock(alone, fcntl.LOCK_EX)
        if not is_ready(cluster):
            join()
        cluster.patch(resources.NODE, "", HOST, {"spec": {"taints": TAINTS}}, content_type=MERGE)
        yield HOST


def join() -> None:
    """Add the host to the lab, and to the cluster."""
    lab("add")
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as inventory:
        described = {"ansible_host": ADDRESS, "cluster_bootstrap_worker_taints": TAINTS}
        yaml.safe_dump({"workers": {"hosts": {HOST: described}}}, inventory)
        inventory.flush()
        hosts = ("-i", "inventory/lab", "-i", inventory.name, "--limit", f"localhost,{HOST}")
        run("ansible-playbook", "playbooks/bootstrap.yml", *hosts)
