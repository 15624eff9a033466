# SPDX-License-Identifier: GPL-3.0-or-later
"""Many Deployments whose pods nobody runs: nodes that kwok plays, and what the cluster itself needs to roll them all."""

from __future__ import annotations

import contextlib
import http.client
import json
import subprocess
import threading
import time
import typing as t
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from steady_lab import artefacts, catalogue, machine
from steady_lab.console import Console

from .row import NotPlayed
from .stage import Place
from .watching import Server, Watch, complete

Json = dict[str, t.Any]

PODS = 10
"""Pods of one Deployment."""
ON_A_NODE = 1000
WRITERS = 16
"""Requests at once when the cluster is asked as fast as it can answer."""
FAKE = "steady.rollout.bench/fake"
REPOSITORY = "fake.example/app"


def provide(console: Console) -> Path:
    """The folder with kwok and what its nodes and pods go through, built when it is missing."""
    if not catalogue.KWOK.there:
        machine.install_go(console)
    return artefacts.ensure(catalogue.KWOK, console, "kwok (once, about a minute)")


@contextlib.contextmanager
def playing(place: Place, server: Server, name: str, pods: int) -> Iterator[None]:
    """While it lasts there are nodes enough for so many pods. Raises NotPlayed."""
    log = place.logs / "kwok.log"
    nodes = [f"{name}-{number}" for number in range(pods * 2 // ON_A_NODE + 1)]
    folder = provide(Console())
    told = {
        "kubeconfig": place.kubeconfig,
        "config": folder / "stages.yaml",
        "manage-nodes-with-label-selector": f"{FAKE}={name}",
    }
    words = [str(folder / "bin/kwok"), *(f"--{option}={value}" for option, value in told.items())]
    with log.open("w") as said:
        kwok = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
    try:
        every(server, [("POST", "/api/v1/nodes", node(each, name)) for each in nodes])
        until(
            lambda: all(ready(ask(server, "GET", f"/api/v1/nodes/{each}")) for each in nodes),
            f"kwok's nodes ({log})",
            60,
        )
        yield
    finally:
        every(server, [("DELETE", f"/api/v1/nodes/{each}", {}) for each in nodes])
        kwok.terminate()
        kwok.wait()


def node(name: str, fleet: str) -> Json:
    room = {"cpu": "1000", "memory": "1000Gi", "pods": str(ON_A_NODE)}
    taint = {"key": FAKE, "value": fleet, "effect": "NoSchedule"}
    return {
        "kind": "Node",
        "apiVersion": "v1",
        "metadata": {"name": name, "labels": {FAKE: fleet}, "annotations": {"kwok.x-k8s.io/node": "fake"}},
        "spec": {"taints": [taint]},
        "status": {"allocatable": room, "capacity": room},
    }


def ready(found: Json) -> bool:
    conditions = (found.get("status") or {}).get("conditions") or []
    return any((one["type"], one["status"]) == ("Ready", "True") for one in conditions)


def deployment(name: str, fleet: str, version: str) -> Json:
    spec = {
        "nodeSelector": {FAKE: fleet},
        "tolerations": [{"key": FAKE, "operator": "Exists"}],
        "terminationGracePeriodSeconds": 0,
        "containers": [{"name": "app", "image": f"{REPOSITORY}:{version}"}],
    }
    labels = {"app": name, "fleet": "yes"}
    return {
        "kind": "Deployment",
        "apiVersion": "apps/v1",
        "metadata": {"name": name, "labels": labels},
        "spec": {
            "replicas": PODS,
            "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": labels}, "spec": spec},
        },
    }


def path(namespace: str) -> str:
    return f"/apis/apps/v1/namespaces/{namespace}/deployments"


def names(size: int) -> list[str]:
    return [f"app-{number:04}" for number in range(size)]


def given(server: Server, namespace: str, fleet: str, size: int) -> None:
    """So many Deployments, new ones complete at 1.0; those that are there stay at what they run. Raises NotPlayed."""
    there = {item["metadata"]["name"] for item in ask(server, "GET", path(namespace))["items"]}
    made = [deployment(name, fleet, "1.0") for name in names(size) if name not in there]
    with Count(server, namespace, "1.0", len(made)) as count:
        every(server, [("POST", path(namespace), manifest) for manifest in made])
        count.wait(600)


def floor(server: Server, namespace: str, size: int, version: str) -> float:
    """Seconds that the cluster itself needs to roll them all, asked as fast as it answers. Raises NotPlayed."""
    patch = {"spec": {"template": {"spec": {"containers": [{"name": "app", "image": f"{REPOSITORY}:{version}"}]}}}}
    with Count(server, namespace, version, size) as count:
        began = time.monotonic()
        every(server, [("PATCH", f"{path(namespace)}/{name}", patch) for name in names(size)])
        return count.wait(600) - began


class Count:
    """Counts the Deployments of a namespace whose rollout to a version is complete, by a watch of its own."""

    def __init__(self, server: Server, namespace: str, version: str, size: int) -> None:
        self._image, self._size = f"{REPOSITORY}:{version}", size
        self._complete: dict[str, float] = {}
        self._all = threading.Event()
        self._watch = Watch(server, [path(namespace)], self._take)

    def _take(self, at: float, found: Json) -> None:
        if found.get("kind") == "Deployment" and complete(found, self._image):
            self._complete.setdefault(found["metadata"]["name"], at)
            if len(self._complete) >= self._size:
                self._all.set()

    def wait(self, patience: float) -> float:
        """The moment at which the last one was. Raises NotPlayed."""
        if not self._all.wait(patience):
            raise NotPlayed(f"{len(self._complete)} of {self._size} Deployments were complete after {patience:.0f} s")
        return self.last

    @property
    def last(self) -> float:
        """The moment at which the last one so far was."""
        return max(self._complete.values())

    def __enter__(self) -> Count:
        self._watch.__enter__()
        return self

    def __exit__(self, *reason: object) -> None:
        self._watch.__exit__(*reason)


def ask(server: Server, method: str, where: str, body: Json | None = None) -> Json:
    """The answer on a connection of its own; empty for what is not there. Raises NotPlayed."""
    return _ask(http.client.HTTPSConnection(server.host, server.port, context=server.tls), method, where, body)


def every(server: Server, requests: Iterable[tuple[str, str, Json]]) -> None:
    """All of them, some at a time. Raises NotPlayed."""
    here = threading.local()

    def send(request: tuple[str, str, Json]) -> None:
        if not hasattr(here, "way"):
            here.way = http.client.HTTPSConnection(server.host, server.port, context=server.tls)
        _ask(here.way, *request)

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(send, requests))


def _ask(way: http.client.HTTPSConnection, method: str, where: str, body: Json | None) -> Json:
    form = "application/strategic-merge-patch+json" if method == "PATCH" else "application/json"
    way.request(method, where, None if body is None else json.dumps(body), {"Content-Type": form})
    answer = way.getresponse()
    said = answer.read()
    if answer.status == 404:
        return {}
    if answer.status >= 300:
        raise NotPlayed(f"{method} {where}: {answer.status} {said[:300]!r}")
    return t.cast("Json", json.loads(said))


def until(holds: Callable[[], bool], what: str, patience: float) -> None:
    """Raises NotPlayed."""
    deadline = time.monotonic() + patience
    while not holds():
        if time.monotonic() > deadline:
            raise NotPlayed(f"{what} did not come about within {patience:.0f} s")
        time.sleep(0.2)
