# SPDX-License-Identifier: GPL-3.0-or-later
"""A canary or blue-green killed, or asked to stop, at a step: the same command goes on there, and another one takes it all back.

And a canary with exactly the rights that are documented for it.
"""

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
from ansible_collections.steady.rollout.plugins.module_utils._operation import (
    permissions,
    rollback,
    strategies,
    upgrade,
)
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Settings
from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports
from ansible_collections.steady.rollout.plugins.module_utils._rollout import resources
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic import routes
from ansible_collections.steady.rollout.tests.integration import test_permissions as rights
from ansible_collections.steady.rollout.tests.integration.faults.run import Narrative

Json = dict[str, t.Any]

VICTIM = pathlib.Path(__file__).parent / "faults" / "victim.py"
CANARY: Json = {"type": "canary", "steps": [{"weight": 10, "for": "1s"}, {"weight": 50, "for": "1s"}]}
WRITES = {3: "the Service", 6: "the first weight", 9: "the second weight", 11: "the promotion"}
"""The n-th write of this canary, and what it is."""
BLUE_GREEN: Json = {"type": "blue_green", "keep_for": "1s"}
SWITCH = 7
"""The write of this blue-green rollout that gives the new colour all requests."""


def ports_of(cluster: ApiCluster) -> Ports:
    return Ports(cluster, connected.SystemClock(), Narrative())


def victim(namespace: str, number: int, write: int, strategy: Json | None = None) -> subprocess.CompletedProcess[str]:
    """An upgrade to 2.0 of its own process that gets that signal after that write."""
    arguments = [
        sys.executable,
        str(VICTIM),
        namespace,
        "2.0",
        str(int(number)),
        str(write),
        json.dumps(strategy or CANARY),
    ]
    return subprocess.run(arguments, capture_output=True, text=True, timeout=200, check=False)


def left(cluster: ApiCluster, namespace: str) -> tuple[str, int, list[Json]]:
    """The version in the workload, how many Deployments and Services there are, and the route's weights."""
    deployments, services = (
        cluster.list(resources.Scope(resource, namespace)) for resource in (resources.DEPLOYMENT, resources.SERVICE)
    )
    image = cluster.read(resources.DEPLOYMENT, namespace, "app")["spec"]["template"]["spec"]["containers"][0]["image"]
    rules = routes.rules_of(cluster.read(resources.HTTP_ROUTE, namespace, "app"))
    return image.rpartition(":")[2], len(deployments) + len(services), [routes.weights_of(rule) for rule in rules]


def went_on(namespace: str, strategy: Json) -> None:
    outcome = upgrade.upgrade(
        ports_of(connect(Options())),
        Reference("Deployment", namespace, "app"),
        upgrade.Wanted("2.0", {}, strategies.parse(strategy)),
        Settings(holder=workload.holder(os.environ)),
    )
    assert not outcome.failed, outcome.message


@pytest.mark.parametrize("write", WRITES, ids=WRITES.get)
def test_a_killed_canary_goes_on_and_leaves_nothing(site: str, cluster: ApiCluster, write: int) -> None:
    assert victim(site, signal.SIGKILL, write).returncode == -signal.SIGKILL
    went_on(site, CANARY)
    assert left(cluster, site) == ("2.0", 2, [{"app": 1}])


def test_a_blue_green_killed_at_the_switch_goes_on_and_leaves_nothing(site: str, cluster: ApiCluster) -> None:
    assert victim(site, signal.SIGKILL, SWITCH, BLUE_GREEN).returncode == -signal.SIGKILL
    assert left(cluster, site) == ("1.0", 4, [{"app-blue-green": 1}, {"app": 0, "app-blue-green": 100}])
    went_on(site, BLUE_GREEN)
    assert left(cluster, site) == ("2.0", 2, [{"app": 1}])


def test_a_blue_green_asked_to_stop_after_the_switch_is_taken_back(site: str, cluster: ApiCluster) -> None:
    stopped = victim(site, signal.SIGTERM, SWITCH + 1, BLUE_GREEN)
    assert stopped.returncode == 128 + signal.SIGTERM, stopped
    assert "blue_green 2.0: step 2 of 2 (switch), weight 100 of 100; it stays so until" in stopped.stdout
    outcome = rollback.rollback(
        ports_of(connect(Options())), Reference("Deployment", site, "app"), rollback.Target(), Settings()
    )
    assert not outcome.failed, outcome.message
    assert left(cluster, site) == ("1.0", 2, [{"app": 1}])


def test_a_canary_asked_to_stop_says_where_it_is_and_is_taken_back(site: str, cluster: ApiCluster) -> None:
    stopped = victim(site, signal.SIGTERM, 7)
    assert stopped.returncode == 128 + signal.SIGTERM, stopped
    assert "canary 2.0: step 1 of 2, weight 10 of 100; it stays so until the same is run again" in stopped.stdout
    assert left(cluster, site) == ("1.0", 4, [{"app": 90, "app-canary": 10}])
    outcome = rollback.rollback(
        ports_of(connect(Options())), Reference("Deployment", site, "app"), rollback.Target(), Settings()
    )
    assert not outcome.failed, outcome.message
    assert left(cluster, site) == ("1.0", 2, [{"app": 1}])


SELDOM = {("watch", "endpointslices")}
"""Only when pods are ready that their Service does not hold yet."""


def test_a_canary_uses_exactly_the_documented_rights(site: str, cluster: ApiCluster) -> None:
    """As a ServiceAccount that has nothing else: a right that is not documented would fail it."""
    own = {(verb, right.resource.plural) for right in permissions.STRATEGIES["canary"] for verb in right.verbs}
    allowed = rights.rights_of("upgrade") | own
    account = rights.as_account(cluster, site, allowed, "Deployment")
    asked = rights.asked_of(account)
    more_than_half = {"type": "canary", "steps": [{"weight": 60, "for": "1s"}]}
    outcome = upgrade.upgrade(
        ports_of(account),
        Reference("Deployment", site, "app"),
        upgrade.Wanted("2.0", {}, strategies.parse(more_than_half)),
        Settings(),
    )
    assert (outcome.failed, left(cluster, site)[0]) == (False, "2.0"), outcome.message
    assert asked | SELDOM | rights.RARE.keys() == allowed | rights.RARE.keys()
