# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests on a cluster share: this checkout as a collection, the cluster, a namespace of one's own, and a count at the end."""

from __future__ import annotations

import collections
import contextlib
import os
import pathlib
import re
import secrets
import signal
import subprocess
import sys
import typing as t

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / ".collections"))

from ansible_collections.steady.rollout.plugins.module_utils._ansible import connected
from ansible_collections.steady.rollout.plugins.module_utils._cluster.cluster import ApiCluster, connect
from ansible_collections.steady.rollout.plugins.module_utils._cluster.options import Options
from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports
from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic import shifting
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, resources
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic import routes
from ansible_collections.steady.rollout.tests.integration.faults import stories
from ansible_collections.steady.rollout.tests.integration.faults.observer import Observer
from ansible_collections.steady.rollout.tests.integration.faults.run import Narrative

Json = dict[str, t.Any]
SCENARIO = re.compile(r"test_scenario\[(?P<name>.+)\]$")


@pytest.fixture(scope="session")
def cluster() -> ApiCluster:
    """The cluster that KUBECONFIG names, with its administrator's rights."""
    return connect(Options(kubeconfig=os.environ["KUBECONFIG"]))


@pytest.fixture(scope="session")
def load_balancer(cluster: ApiCluster) -> t.Iterator[None]:
    """The lab's load balancer, for routes of any namespace. One that is there already stays."""
    gateways = resources.Scope(resources.Resource("gateway.networking.k8s.io/v1", "gateways", "Gateway"), "")
    with contextlib.suppress(errors.NotFound):
        if cluster.list(gateways):
            yield
            return
    play = (
        "ansible-playbook",
        "-i",
        "inventory/lab",
        "playbooks/load_balancer.yml",
        "-e",
        '{"load_balancer_routes": []}',
    )
    root = pathlib.Path(__file__).parents[2]
    subprocess.run(play, cwd=root, check=True)
    yield
    subprocess.run((*play, "-e", "load_balancer_state=absent"), cwd=root, check=True)


@pytest.fixture
def namespace(cluster: ApiCluster, request: pytest.FixtureRequest) -> t.Iterator[str]:
    """A namespace named after the test; it goes afterwards, whatever came of it."""
    title = SCENARIO.search(request.node.name)
    words = f"scenario-{title['name']}" if title else request.node.name
    name = f"{re.sub('[^a-z0-9]+', '-', words.lower())[:55].strip('-')}-{secrets.token_hex(2)}"
    made = cluster.create(
        resources.NAMESPACE, "", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    )
    yield name
    with contextlib.suppress(errors.Conflict):  # on its way out already
        cluster.delete(resources.NAMESPACE, "", name, uid=made["metadata"]["uid"])


@pytest.fixture
def site(namespace: str, cluster: ApiCluster, load_balancer: None) -> str:
    """A namespace in which the service runs on 1.0 behind a route that the load balancer has taken."""
    stories.application(Observer(), namespace, "Deployment")
    labels = cluster.read(resources.DEPLOYMENT, namespace, "app")["spec"]["selector"]["matchLabels"]
    meta = {"name": "app", "namespace": namespace}
    ports = [{"port": 80, "targetPort": 8080}]
    service: Json = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": meta,
        "spec": {"selector": labels, "ports": ports},
    }
    cluster.create(resources.SERVICE, namespace, service)
    route = {
        "apiVersion": resources.HTTP_ROUTE.api_version,
        "kind": "HTTPRoute",
        "metadata": meta,
        "spec": {
            "parentRefs": [{"name": "steady", "namespace": "traefik", "sectionName": "web"}],
            "hostnames": [f"{namespace}.lab"],
            "rules": [{"backendRefs": [{"name": "app", "port": 80}]}],
        },
    }
    cluster.create(resources.HTTP_ROUTE, namespace, route)
    scope = shifting.scope_of(namespace, "app")
    with cluster.open_feed((scope,)) as feed:
        while not routes.parents_of(feed.objects(scope)[0]):
            feed.wait(30)
    ports = Ports(cluster, connected.SystemClock(), Narrative())
    shifting.require_endpoints(ports, namespace, "app")
    return namespace


def pytest_configure() -> None:
    """Let SIGTERM end the tests as Ctrl-C does: what they began is ended, and their namespaces go."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The scenarios last: they are many and short, so no worker is left alone with a long test at the end."""
    items.sort(key=lambda item: item.path.name == "test_scenarios.py")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many scenarios of each family there were, and what they cost. A family is the word that several names begin with."""
    reports = {
        found["name"]: report
        for outcome in ("passed", "failed")
        for report in terminalreporter.getreports(outcome)
        if report.when == "call" and (found := SCENARIO.search(report.nodeid))
    }
    outcomes = {name: report.outcome for name, report in reports.items()}
    if not outcomes:
        return
    sizes = collections.Counter(name.partition("_")[0] for name in outcomes)
    families: dict[str, list[str]] = collections.defaultdict(list)
    for name, outcome in outcomes.items():
        word = name.partition("_")[0]
        families[word if sizes[word] > 1 else "(single)"].append(outcome)
    terminalreporter.section("scenarios by family")
    for family, results in sorted(families.items()):
        failed = results.count("failed")
        terminalreporter.write_line(f"{family:<14}{len(results):>4}{f'  {failed} failed' if failed else ''}")
    terminalreporter.write_line(f"{'all':<14}{len(outcomes):>4}")
    seconds = {name: dict(report.user_properties).get("cpu", 0.0) for name, report in reports.items()}
    costly = ", ".join(f"{name} {seconds[name]:.0f}" for name in sorted(seconds, key=lambda name: -seconds[name])[:10])
    terminalreporter.write_line(f"Seconds of CPU for Ansible and its modules: {sum(seconds.values()):.0f}; {costly}")
