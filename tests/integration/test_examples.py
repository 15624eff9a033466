# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples of the documentation, played as they are."""

from __future__ import annotations

import contextlib
import json
import threading
import typing as t
import urllib.request

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation.wait import wait
from ansible_collections.steady.rollout.plugins.module_utils._rollout import kinds, objects, resources
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference
from ansible_collections.steady.rollout.tests.integration import accounts, playbooks, prometheus
from ansible_collections.steady.rollout.tests.integration.apart import APART, CHECKOUT, apart, lab, on_it

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._cluster.cluster import ApiCluster

Json = dict[str, t.Any]

NOTES = "registry.lab:5000/notes"
REGISTRY = "registry.lab:5000"
CLASS = resources.Resource("storage.k8s.io/v1", "storageclasses", "StorageClass")
VOLUME = resources.Resource("v1", "persistentvolumes", "PersistentVolume")


@pytest.fixture
def notes() -> str:
    """The image of the service that keeps notes, in two versions."""
    for version in ("1.0", "2.0"):
        flags = ("--ldflags", f"-X main.version={version}")
        prometheus.words(CHECKOUT / "lab/lab", "image", CHECKOUT / "lab/notes", f"notes:{version}", *flags)
    return NOTES


def play(example: str, namespace: str, *, well: bool = True, **variables: t.Any) -> str:
    """All that it said."""
    given = json.dumps({"app_namespace": namespace, **variables})
    done = playbooks.by_itself("-i", "localhost,", f"docs/examples/{example}.yml", "-e", given)
    assert (done.returncode == 0) == well, done.stdout
    return done.stdout


def outside(cluster: ApiCluster, namespace: str, service: str, node: str = "") -> str:
    """Where a Service of type NodePort is to be reached from here: on a node of the control plane unless another is named."""
    port = objects.spec(cluster.read(resources.SERVICE, namespace, service))["ports"][0]["nodePort"]
    nodes = cluster.list(resources.Scope(resources.NODE, "", labels="node-role.kubernetes.io/control-plane"))
    found = cluster.read(resources.NODE, "", node) if node else nodes[0]
    host = next(each["address"] for each in objects.status(found)["addresses"] if each["type"] == "InternalIP")
    return f"http://{host}:{port}/"


def answers(url: str) -> bool:
    """Whether the way there has been laid: nodes hear of a new Service in their own time."""
    try:
        return bool(ask(url))
    except OSError:
        return False


def ask(url: str, note: str | None = None) -> str:
    """What it answers; a note is posted."""
    with urllib.request.urlopen(url, None if note is None else note.encode(), timeout=5) as answer:
        return str(answer.read().decode())


@pytest.fixture
def volumes(cluster: ApiCluster, namespace: str) -> t.Iterator[list[Json]]:
    """Two folders on a host of the lab; these, and what the example makes of them for the whole cluster, go afterwards."""
    with apart(cluster) as node:
        folders = [f"/srv/{namespace}/{index}" for index in range(2)]
        on_it(f"mkdir -p {' '.join(folders)}")
        try:
            yield [{"node": node, "path": folder} for folder in folders]
        finally:
            cluster.delete(resources.NAMESPACE, "", namespace)
            for index in range(2):
                cluster.delete(VOLUME, "", f"{namespace}-local-{index}")
            cluster.delete(CLASS, "", f"{namespace}-local")
            on_it(f"rm -rf /srv/{namespace}")


def test_a_stateful_set_keeps_its_data(cluster: ApiCluster, namespace: str, notes: str, volumes: list[Json]) -> None:
    reference = Reference("StatefulSet", namespace, "notes")
    given = {"app_image": notes, "volumes": volumes, "tolerations": [{"key": APART, "operator": "Exists"}]}
    play("stateful", namespace, version="1.0", **given)
    for pod in ("notes-0", "notes-1"):
        spec = {"type": "NodePort", "ports": [{"port": 8080}]}
        selector = {"statefulset.kubernetes.io/pod-name": pod}
        service = {"metadata": {"name": pod}, "spec": {**spec, "selector": selector}}
        cluster.create(resources.SERVICE, namespace, {"apiVersion": "v1", "kind": "Service", **service})
    # The other nodes were there before it and have no routes to its pods.
    urls = {pod: outside(cluster, namespace, pod, volumes[0]["node"]) for pod in ("notes-0", "notes-1")}

    def each_says(version: str, *lines: str) -> None:
        accounts.until(lambda: all(map(answers, urls.values())), "both pods answer")
        for pod, url in urls.items():
            assert ask(url) == "\n".join((f"notes {version}", *(f"{line} {pod}" for line in lines), ""))

    each_says("1.0")
    for pod, url in urls.items():
        ask(url, f"begun {pod}")
    play("stateful", namespace, version="2.0", **given)
    each_says("2.0", "begun")
    for pod, url in urls.items():
        ask(url, f"upgraded {pod}")
    options = ("workload_kind=StatefulSet", f"workload_namespace={namespace}", "workload_name=notes")
    back = playbooks.by_itself("-i", "localhost,", "playbooks/rollback.yml", "-e", " ".join(options))
    assert back.returncode == 0, back.stdout
    each_says("1.0", "begun", "upgraded")
    lab("restart")
    accounts.until(lambda: everyone_began_again(cluster, namespace), "the pods have been started again", 120)
    assert wait(accounts.ports(cluster), reference, accounts.SETTINGS).status == "complete"
    each_says("1.0", "begun", "upgraded")


def everyone_began_again(cluster: ApiCluster, namespace: str) -> bool:
    pods = cluster.list(resources.Scope(resources.POD, namespace))
    states = [state for pod in pods for state in objects.status(pod).get("containerStatuses") or ()]
    return len(states) == 2 and all(state["restartCount"] and state["ready"] for state in states)


def test_two_services_find_each_other_by_name_while_both_change(
    cluster: ApiCluster, namespace: str, notes: str
) -> None:
    play("discovery", namespace, version="1.0", app_image=notes)
    url = outside(cluster, namespace, "front")
    accounts.until(lambda: answers(url), "front answers")
    assert ask(url) == "front 1.0, notes 1.0\n"
    said = play("discovery_upgrade", namespace, version="2.0", url=url)
    assert ask(url) == "front 2.0, notes 2.0\n"
    assert said.index(f"{namespace}/notes  ") < said.index(f"{namespace}/front  ")
    assert " 0 failed" in said


@contextlib.contextmanager
def users(url: str) -> t.Iterator[None]:
    """Some twenty requests a second, whatever comes of them; one that hangs keeps no other from being sent."""
    enough = threading.Event()

    def go_on() -> None:
        while not enough.wait(0.2):
            with contextlib.suppress(OSError):
                ask(url)

    threads = [threading.Thread(target=go_on) for _each in range(4)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        enough.set()
        for thread in threads:
            thread.join()


def test_what_prometheus_scrapes_in_the_cluster_decides(cluster: ApiCluster, namespace: str) -> None:
    images = {"app_image": f"{REGISTRY}/app", "prometheus_image": prometheus.image()}
    play("monitoring", namespace, version="1.0", scrape_interval="1s", **images)
    judge = {"prometheus_url": outside(cluster, namespace, "prometheus"), "window": "5s"}
    with users(outside(cluster, namespace, "app")):
        play("monitoring_upgrade", namespace, version="2.0", **judge)
        said = play("monitoring_upgrade", namespace, well=False, version="2.1", **judge)
    assert "gate prometheus failed" in said
    template = objects.template(cluster.read(kinds.named("Deployment").RESOURCE, namespace, "app"))
    assert objects.images(template) == {"app": f"{REGISTRY}/app:2.0"}
