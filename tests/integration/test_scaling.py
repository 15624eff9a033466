# SPDX-License-Identifier: GPL-3.0-or-later
"""An autoscaler that goes by a real metrics server moves the number of pods, up and down, while upgrades roll them."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import subprocess
import threading
import typing as t

import pytest
import urllib3

from ansible_collections.steady.rollout.plugins.module_utils._operation import wait
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Settings
from ansible_collections.steady.rollout.plugins.module_utils._operation.upgrade import Wanted, upgrade
from ansible_collections.steady.rollout.plugins.module_utils._rollout import kinds, resources
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference
from ansible_collections.steady.rollout.tests.integration import accounts, metrics
from ansible_collections.steady.rollout.tests.integration.faults.observer import Observer

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._cluster.cluster import ApiCluster

Json = dict[str, t.Any]

CHECKOUT = pathlib.Path(__file__).parents[2]
FEWEST, MOST = 2, 4
SENDERS, PAUSE = 4, 0.02
"""At most 200 requests a second: several times what so few pods ask for, and little for the machine."""
AT_ONCE = {"stabilizationWindowSeconds": 0, "policies": [{"type": "Percent", "value": 100, "periodSeconds": 15}]}


@contextlib.contextmanager
def load(url: str) -> t.Iterator[None]:
    """Requests, as long as it lasts."""
    over = threading.Event()
    pool = urllib3.PoolManager(maxsize=SENDERS, retries=False, timeout=2.0)

    def send() -> None:
        while not over.wait(PAUSE):
            with contextlib.suppress(urllib3.exceptions.HTTPError):
                pool.request("GET", url)

    senders = [threading.Thread(target=send) for _number in range(SENDERS)]
    for sender in senders:
        sender.start()
    try:
        yield
    finally:
        over.set()
        for sender in senders:
            sender.join()


def given_application(cluster: ApiCluster, namespace: str) -> tuple[Reference, str]:
    """An application whose pods ask for little CPU and are long in coming, and its address on a node."""
    manifest = accounts.manifest("Deployment", namespace, minReadySeconds=25)
    manifest["spec"]["strategy"] = {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
    container = manifest["spec"]["template"]["spec"]["containers"][0]
    container["resources"] = {"requests": {"cpu": "4m"}}
    container["readinessProbe"]["periodSeconds"] = 5
    cluster.create(resources.DEPLOYMENT, namespace, manifest)
    ports = {"type": "NodePort", "selector": {"app": "app"}, "ports": [{"port": 80, "targetPort": 8080}]}
    made = cluster.create(
        resources.SERVICE,
        namespace,
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "app"}, "spec": ports},
    )
    node = cluster.list(resources.Scope(resources.NODE, ""))[0]
    address = next(each["address"] for each in node["status"]["addresses"] if each["type"] == "InternalIP")
    return Reference("Deployment", namespace, "app"), f"http://{address}:{made['spec']['ports'][0]['nodePort']}/"


def autoscale(namespace: str) -> None:
    """As people do: the playbook, with an autoscaler in the inventory."""
    values = {
        "workload_namespace": namespace,
        "workload_name": "app",
        "workload_kubeconfig": os.environ["KUBECONFIG"],
        "scaling_min_replicas": FEWEST,
        "scaling_max_replicas": MOST,
        "scaling_cpu_percent": 50,
        "scaling_behavior": {"scaleDown": AT_ONCE, "scaleUp": AT_ONCE},
        "scaling_max_unavailable": 1,
    }
    words = ["ansible-playbook", "playbooks/scale.yml", "-e", json.dumps(values)]
    said = subprocess.run(words, cwd=CHECKOUT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr


def upgraded(cluster: ApiCluster, reference: Reference, version: str) -> list[int]:
    """How many pods were wanted while it rolled, in the order of the timeline."""
    settings = Settings(timeout=400.0, holder="tests", zero_downtime=accounts.SETTINGS.zero_downtime)
    outcome = upgrade(accounts.ports(cluster), reference, Wanted(version), settings)
    assert not outcome.failed, outcome.message
    return [entry["pods"]["wanted"] for entry in outcome.timeline if "pods" in entry]


@pytest.fixture
def measured(namespace: str) -> t.Iterator[None]:
    with metrics.serving(namespace):
        yield


@pytest.mark.usefixtures("measured")
def test_an_upgrade_goes_on_while_real_load_moves_the_number_of_pods(cluster: ApiCluster, namespace: str) -> None:
    reference, url = given_application(cluster, namespace)
    assert wait.wait(accounts.ports(cluster), reference, accounts.SETTINGS).status == "complete"
    autoscale(namespace)

    with load(url):
        wanted = upgraded(cluster, reference, "2.0")
        assert (wanted[0], wanted[-1]) == (FEWEST, MOST)
        assert state(namespace) == (MOST, MOST, "2.0")

    # An autoscaler takes a pod that has not been measured yet for a busy one: each must outlive that for it to go down in between.
    slower = {"spec": {"minReadySeconds": 45}}
    cluster.patch(resources.DEPLOYMENT, namespace, "app", slower, content_type="application/merge-patch+json")
    wanted = upgraded(cluster, reference, "1.0")
    assert wanted[-1] < MOST
    assert state(namespace)[2] == "1.0"
    left = Observer().until(
        f"{kinds.named('Deployment').RESOURCE.path(namespace)}/app",
        lambda found: found["status"].get("availableReplicas") == found["spec"]["replicas"] == FEWEST,
    )
    assert left["status"]["updatedReplicas"] == FEWEST


def state(namespace: str) -> tuple[int, int, str]:
    """How many pods there are to be, how many are available, and their version."""
    found = Observer().ask("GET", f"{kinds.named('Deployment').RESOURCE.path(namespace)}/app")
    image = found["spec"]["template"]["spec"]["containers"][0]["image"]
    return found["spec"]["replicas"], found["status"].get("availableReplicas", 0), image.rpartition(":")[2]
