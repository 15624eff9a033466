# SPDX-License-Identifier: GPL-3.0-or-later
"""A node whose host stands still in the middle of a rollout: named, and waited out until its pods have come back elsewhere.

The host is one more of the lab, which joins the cluster under a taint that keeps all other pods away from it, and stays.
"""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._ansible.connected import SystemClock
from ansible_collections.steady.rollout.plugins.module_utils._operation.deploy import deploy
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Settings
from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports
from ansible_collections.steady.rollout.plugins.module_utils._operation.upgrade import Wanted, upgrade
from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects, resources
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference
from ansible_collections.steady.rollout.tests.integration.apart import APART, HOST, apart, lab

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._cluster.cluster import ApiCluster

Json = dict[str, t.Any]

MERGE = "application/merge-patch+json"


@pytest.fixture
def far(cluster: ApiCluster) -> t.Iterator[str]:
    """The name of a node that takes only pods that tolerate it."""
    with apart(cluster) as name:
        yield name


class Witness:
    """Hears what is told; freezes the host once the new pod is ready on it, and lets its successor count at once."""

    detailed = True

    def __init__(self, cluster: ApiCluster, reference: Reference) -> None:
        self._cluster, self._reference = cluster, reference
        self.lines: list[str] = []

    def say(self, text: str, **_how: object) -> None:
        """One line of progress."""
        self.lines.append(text)
        if text.endswith("1/1 new ready, 1 old left") and not self.heard("node does not answer"):
            lab("freeze")
        if "node does not answer" in text:
            patience(self._cluster, self._reference, 0)

    def heard(self, words: str) -> bool:
        """Whether that was told."""
        return any(words in line for line in self.lines)


def patience(cluster: ApiCluster, reference: Reference, seconds: int) -> None:
    """How long a pod has to be ready to count; no part of the template, so anybody may change it meanwhile."""
    body = {"spec": {"minReadySeconds": seconds}}
    cluster.patch(resources.DEPLOYMENT, reference.namespace, reference.name, body, content_type=MERGE)


def manifest(reference: Reference) -> Json:
    """One pod that would rather be on the far node, and leaves a node that is gone after a second."""
    away = [
        {"key": f"node.kubernetes.io/{state}", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 1}
        for state in ("not-ready", "unreachable")
    ]
    here = {"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": [HOST]}]}
    pod = {
        "terminationGracePeriodSeconds": 1,
        "tolerations": [{"key": APART, "operator": "Exists"}, *away],
        "affinity": {
            "nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 100, "preference": here}]}
        },
        "containers": [
            {
                "name": "app",
                "image": "registry.lab:5000/app:1.0",
                "readinessProbe": {"httpGet": {"path": "/readyz", "port": 8080}, "periodSeconds": 1},
            }
        ],
    }
    labels = {"app": "app"}
    spec = {
        "replicas": 1,
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": pod},
    }
    meta = {"name": reference.name, "namespace": reference.namespace}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta, "spec": spec}


def test_pods_of_a_lost_node_come_back_elsewhere(cluster: ApiCluster, namespace: str, far: str) -> None:
    reference = Reference("Deployment", namespace, "app")
    witness = Witness(cluster, reference)
    ports = Ports(cluster, SystemClock(), witness)
    assert not deploy(ports, manifest(reference), Settings()).failed
    patience(cluster, reference, 300)
    witness.lines.clear()
    try:
        outcome = upgrade(ports, reference, Wanted("2.0"), Settings(timeout=200))
    finally:
        lab("thaw")
    assert not outcome.failed, outcome.message
    assert witness.heard(f"node {far} is not ready")
    pods = cluster.list(resources.Scope(resources.POD, namespace))
    new = [pod for pod in pods if objects.spec(pod)["containers"][0]["image"].endswith(":2.0") and objects.active(pod)]
    assert [objects.spec(pod)["nodeName"] == far for pod in new] == [False]
