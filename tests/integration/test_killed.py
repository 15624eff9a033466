# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that is killed after any of its writes, or asked to stop: the same command again finishes the job."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import subprocess
import sys
import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._ansible import connected, workload
from ansible_collections.steady.rollout.plugins.module_utils._cluster.cluster import ApiCluster, connect
from ansible_collections.steady.rollout.plugins.module_utils._cluster.options import Options
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports
from ansible_collections.steady.rollout.plugins.module_utils._operation.upgrade import Wanted, upgrade
from ansible_collections.steady.rollout.plugins.module_utils._rollout import revisions
from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import DEPLOYMENT, LEASE, Scope
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference
from ansible_collections.steady.rollout.tests.integration.faults import stories
from ansible_collections.steady.rollout.tests.integration.faults.observer import Observer
from ansible_collections.steady.rollout.tests.integration.faults.run import Narrative

Json = dict[str, t.Any]

VICTIM = pathlib.Path(__file__).parent / "faults" / "victim.py"
GOOD_WRITES = {1: "the Lease", 2: "the change", 3: "that it turned out well"}
BAD_WRITES = {1: "the Lease", 2: "the change", 3: "its undoing", 4: "that it turned out badly"}


@pytest.fixture
def application(namespace: str) -> str:
    """A namespace in which the service runs on 1.0."""
    stories.application(Observer(), namespace, "Deployment")
    return namespace


def victim(namespace: str, version: str, number: int, write: int) -> subprocess.CompletedProcess[str]:
    """A run of its own process that gets that signal after that write."""
    arguments = [sys.executable, str(VICTIM), namespace, version, str(int(number)), str(write)]
    return subprocess.run(arguments, capture_output=True, text=True, timeout=120, check=False)


def again(namespace: str, version: str) -> tuple[Outcome, Narrative]:
    """The same once more, by a run that lives."""
    told = Narrative()
    ports = Ports(connect(Options()), connected.SystemClock(), told)
    return upgrade(
        ports, Reference("Deployment", namespace, "app"), Wanted(version), Settings(holder=workload.holder(os.environ))
    ), told


def left(cluster: ApiCluster, namespace: str) -> tuple[str, list[str], list[Json]]:
    """The version in the workload, how its revisions turned out, and the Leases."""
    present = cluster.read(DEPLOYMENT, namespace, "app")
    image = present["spec"]["template"]["spec"]["containers"][0]["image"]
    recorded = json.loads(present["metadata"]["annotations"].get(revisions.OUTCOMES, "{}"))
    return image.rpartition(":")[2], sorted(recorded.values()), cluster.list(Scope(LEASE, namespace))


@pytest.mark.parametrize("write", GOOD_WRITES, ids=GOOD_WRITES.get)
def test_killed_in_a_good_upgrade(application: str, cluster: ApiCluster, write: int) -> None:
    assert victim(application, "2.0", signal.SIGKILL, write).returncode == -signal.SIGKILL
    (lease,) = left(cluster, application)[2]
    outcome, told = again(application, "2.0")
    assert not outcome.failed, outcome.message
    assert left(cluster, application) == ("2.0", [revisions.GOOD], [])
    assert any(f"taken over from {lease['spec']['holderIdentity']}" in line for line in told.lines), told


@pytest.mark.parametrize("write", BAD_WRITES, ids=BAD_WRITES.get)
def test_killed_in_a_bad_upgrade(application: str, cluster: ApiCluster, write: int) -> None:
    assert victim(application, "9.9", signal.SIGKILL, write).returncode == -signal.SIGKILL
    outcome, _told = again(application, "9.9")
    assert outcome.failed
    assert outcome.findings[0].code == "image_not_found"
    assert outcome.rolled_back["version"] == "1.0"
    version, recorded, leases = left(cluster, application)
    assert (version, revisions.BAD in recorded, leases) == ("1.0", True, [])


@pytest.mark.parametrize("write", GOOD_WRITES, ids=GOOD_WRITES.get)
def test_asked_to_stop_it_says_what_it_leaves_and_leaves_no_lease(
    application: str, cluster: ApiCluster, write: int
) -> None:
    stopped = victim(application, "2.0", signal.SIGTERM, write)
    assert stopped.returncode == 128 + signal.SIGTERM, stopped
    assert "Traceback" not in stopped.stderr
    assert (
        "nothing was changed.",
        "was just being written; workload_info tells",
        "has been written; the cluster goes on",
    )[write - 1] in stopped.stdout
    assert left(cluster, application)[2] == []
    outcome, told = again(application, "2.0")
    assert not outcome.failed, outcome.message
    assert left(cluster, application) == ("2.0", [revisions.GOOD], [])
    assert not any("taken over" in line for line in told.lines)
