# SPDX-License-Identifier: GPL-3.0-or-later
"""Nodes are maintained, one after the other, by a real reboot each: users notice nothing, and what goes wrong is said.

The hosts are two more of the lab, which join the cluster under a taint that keeps all other pods away from them, and go afterwards.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import json
import os
import pathlib
import re
import subprocess
import typing as t
import urllib.request

import pytest
import yaml

from ansible_collections.steady.rollout.plugins.module_utils._cluster.cluster import ApiCluster, connect
from ansible_collections.steady.rollout.plugins.module_utils._cluster.options import Options
from ansible_collections.steady.rollout.plugins.module_utils._http.plan import Plan
from ansible_collections.steady.rollout.plugins.module_utils._http.probe import Probe, Report
from ansible_collections.steady.rollout.plugins.module_utils._operation.deploy import deploy
from ansible_collections.steady.rollout.plugins.module_utils._operation.drain import Wanted, drain
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Settings
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, nodes, objects, resources
from ansible_collections.steady.rollout.tests.integration import accounts, playbooks
from ansible_collections.steady.rollout.tests.integration.apart import APART, TAINTS

Json = dict[str, t.Any]

CHECKOUT = pathlib.Path(__file__).parents[2]
HOSTS = {"lab-worker-4": "10.77.0.24", "lab-worker-5": "10.77.0.25"}
FIRST, SECOND = HOSTS
ENTRY, ENTRY_ADDRESS = "lab-worker-1", "10.77.0.21"
LABELS = {"app": "app"}
ROLES = resources.Resource(accounts.RBAC, "clusterroles", "ClusterRole")
BINDINGS = resources.Resource(accounts.RBAC, "clusterrolebindings", "ClusterRoleBinding")
MERGE = "application/merge-patch+json"


def run(*command: str | pathlib.Path) -> None:
    said = subprocess.run(command, cwd=CHECKOUT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr


def node(cluster: ApiCluster, name: str) -> Json:
    """The node as it is; empty when there is none."""
    try:
        return cluster.read(resources.NODE, "", name)
    except errors.NotFound:
        return {}


@pytest.fixture
def inventory(cluster: ApiCluster, tmp_path: pathlib.Path) -> t.Iterator[str]:
    """Two nodes that take only pods that tolerate it, as a file beside the lab's inventory."""
    written = tmp_path / "apart.yml"
    described = {
        name: {"ansible_host": address, "cluster_bootstrap_worker_taints": TAINTS} for name, address in HOSTS.items()
    }
    written.write_text(yaml.safe_dump({"workers": {"hosts": described}}))
    for name in HOSTS:
        run("lab/lab", "host", "add", name)
    # The node at which requests arrive has to know the way to their pods.
    limit = ",".join(("localhost", ENTRY, *HOSTS))
    run("ansible-playbook", "playbooks/bootstrap.yml", "-i", "inventory/lab", "-i", written, "--limit", limit)
    yield str(written)
    for name in HOSTS:
        run("lab/lab", "host", "remove", name)
        cluster.delete(resources.NODE, "", name)


@pytest.fixture
def maintainer(cluster: ApiCluster, namespace: str, tmp_path: pathlib.Path) -> t.Iterator[pathlib.Path]:
    """A kubeconfig of an account that may do just what the documentation says."""
    shipped = yaml.safe_load((CHECKOUT / "extensions/rbac/role.yml").read_text())["items"]
    [rules] = [item["rules"] for item in shipped if item["metadata"]["name"] == "steady-rollout-maintenance"]
    token = accounts.service_account(cluster, namespace, "maintainer", [])
    meta = {"metadata": {"name": namespace}, "apiVersion": accounts.RBAC}
    bound = {
        "kind": "ClusterRoleBinding",
        "roleRef": {"apiGroup": accounts.RBAC.partition("/")[0], "kind": "ClusterRole", "name": namespace},
        "subjects": [{"kind": "ServiceAccount", "name": "maintainer", "namespace": namespace}],
    }
    cluster.create(ROLES, "", {**meta, "kind": "ClusterRole", "rules": rules})
    cluster.create(BINDINGS, "", {**meta, **bound})
    config = yaml.safe_load(pathlib.Path(os.environ["KUBECONFIG"]).read_text())
    users = [{"name": user["name"], "user": {"token": token}} for user in config["users"]]
    written = tmp_path / "kubeconfig"
    written.write_text(yaml.safe_dump({**config, "users": users}))
    yield written
    for resource in (BINDINGS, ROLES):
        cluster.delete(resource, "", namespace)


def manifest(namespace: str) -> Json:
    """Two pods, one on each of the nodes where that is possible, which end in good order."""
    here = {"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": list(HOSTS)}]}
    spread = {"maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": LABELS}}
    container = {
        "name": "app",
        "image": "registry.lab:5000/app:1.0",
        "readinessProbe": {"httpGet": {"path": "/readyz", "port": 8080}, "periodSeconds": 1},
        "lifecycle": {"preStop": {"sleep": {"seconds": 4}}},
    }
    pod = {
        "tolerations": [{"key": APART, "operator": "Exists"}],
        "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [here]}}},
        "topologySpreadConstraints": [{**spread, "whenUnsatisfiable": "ScheduleAnyway"}],
        "containers": [container],
    }
    template = {"metadata": {"labels": LABELS}, "spec": pod}
    spec = {"replicas": 2, "selector": {"matchLabels": LABELS}, "template": template}
    meta = {"name": "app", "namespace": namespace}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta, "spec": spec}


def served(cluster: ApiCluster, namespace: str) -> str:
    """A Service in front of the pods, and a disruption budget that lets none of them go; the address that it answers at."""
    meta = {"name": "app", "namespace": namespace}
    ports = [{"port": 80, "targetPort": 8080}]
    service = {"apiVersion": "v1", "kind": "Service", "metadata": meta}
    made = cluster.create(
        resources.SERVICE, namespace, {**service, "spec": {"type": "NodePort", "selector": LABELS, "ports": ports}}
    )
    budget = {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": meta}
    spec = {"minAvailable": 2, "selector": {"matchLabels": LABELS}}
    cluster.create(resources.POD_DISRUPTION_BUDGET, namespace, {**budget, "spec": spec})
    url = f"http://{ENTRY_ADDRESS}:{made['spec']['ports'][0]['nodePort']}/"
    accounts.until(lambda: answers(url), "requests reach the application")
    return url


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@contextlib.contextmanager
def traffic(url: str) -> t.Iterator[concurrent.futures.Future[Report]]:
    """Requests until it ends; then what became of them is known."""
    probe = Probe(Plan(url=url, rate=25, duration=600, timeout=5, concurrency=10, connections="both"))
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        sent = pool.submit(probe.run)
        try:
            yield sent
        finally:
            probe.stop()


def maintained(inventory: str, kubeconfig: pathlib.Path, **variables: t.Any) -> tuple[int, str]:
    """The playbook on both nodes: its exit code, and all that it said."""
    limit = ",".join(HOSTS)
    words = ("playbooks/node_maintenance.yml", "-i", "inventory/lab", "-i", inventory, "--limit", limit)
    ended = playbooks.by_itself(*words, "-e", json.dumps({"workload_kubeconfig": str(kubeconfig), **variables}))
    return ended.returncode, ended.stdout


def test_nodes_are_maintained_without_a_lost_request(
    cluster: ApiCluster, inventory: str, namespace: str, maintainer: pathlib.Path
) -> None:
    assert not deploy(accounts.ports(cluster), manifest(namespace), accounts.SETTINGS).failed
    url = served(cluster, namespace)
    boots = {name: nodes.boot_id(node(cluster, name)) for name in HOSTS}
    with traffic(url) as sent:
        a_budget_that_lets_no_pod_go_is_named(connect(Options(kubeconfig=str(maintainer))), namespace)
        cluster.patch(
            resources.POD_DISRUPTION_BUDGET,
            namespace,
            "app",
            {"spec": {"minAvailable": 1}},
            content_type=MERGE,
        )
        code, said = maintained(inventory, maintainer)
    assert code == 0, said
    begun = re.search(rf"{SECOND}  \d\d:\d\d  cordoned", said)
    assert begun and said.index(f"Node {FIRST}: it takes pods again") < begun.start(), said
    for name, before in boots.items():
        assert nodes.boot_id(node(cluster, name)) != before
        assert not nodes.cordoned(node(cluster, name))
        assert nodes.MAINTENANCE not in objects.annotations_of(node(cluster, name))
    total = sent.result().total
    assert (total.failed, total.requests > 500) == (0, True), total
    a_node_that_does_not_come_back_ends_it(cluster, inventory, maintainer)


def a_budget_that_lets_no_pod_go_is_named(cluster: ApiCluster, namespace: str) -> None:
    ports = accounts.ports(cluster)
    seen = drain(ports, cluster, Wanted(FIRST), Settings(dry_run=True))
    assert [pod.startswith(f"{namespace}/app-") for pod in seen.evicted] == [True]
    assert not nodes.cordoned(node(cluster, FIRST))
    outcome = drain(ports, cluster, Wanted(FIRST), Settings(timeout=2))
    assert outcome.failed
    rule = "2 of 2 pods healthy, 2 have to be (minAvailable: 2)"
    assert f"PodDisruptionBudget {namespace}/app lets no pod go: {rule}" in outcome.message
    assert "It stays cordoned" in outcome.message
    assert nodes.cordoned(node(cluster, FIRST))


def a_node_that_does_not_come_back_ends_it(cluster: ApiCluster, inventory: str, maintainer: pathlib.Path) -> None:
    tasks = pathlib.Path(inventory).with_name("tasks.yml")
    stop = {"name": "End the kubelet", "ansible.builtin.systemd_service": {"name": "kubelet", "state": "stopped"}}
    tasks.write_text(yaml.safe_dump([stop]))
    code, said = maintained(
        inventory, maintainer, node_maintenance_tasks=str(tasks), node_maintenance_return_timeout="3s"
    )
    assert code != 0
    assert f"Node {FIRST} did not come back within 3" in said, said
    assert "its kubelet has not renewed its Lease yet" in said
    assert "It stays cordoned" in said.rpartition("did not come back")[2]
    assert nodes.cordoned(node(cluster, FIRST))
    assert not nodes.cordoned(node(cluster, SECOND))
    assert not re.search(rf"{SECOND}  \d\d:\d\d", said)
