# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the bench runs: a namespace of its own behind the lab's load balancer; nothing of it is left."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import subprocess
import tempfile
import typing as t
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from comparison import programs
from comparison.judgement import Played
from comparison.shell import Shell
from steady_lab import artefacts, catalogue, golang, machine, settings
from steady_lab.commands import run
from steady_lab.console import Console

Json = dict[str, t.Any]

HERE = Path(__file__).resolve().parent.parent
LOGS = settings.PROJECT / "tests/output/bench-traffic"
LOAD = golang.program("bench-load", HERE / "load")
NODE_PORT = 30080
NODES = ("10.77.0.11", "10.77.0.21", "10.77.0.22")
DRAINED = "lab-worker-1"
IMAGES = ("1.0", "2.0", "2.1", "2.2", "3.0")
PREPARING = 240
"""Seconds that what is given may take."""
PLAYING = 200
"""Seconds that what is measured may take; the load ends by itself later than that."""


class NotPlayed(Exception):
    """What was given did not come about, so nothing was measured."""


@dataclass(frozen=True)
class Place:
    shell: Shell
    folder: Path
    namespace: str
    path: str

    @property
    def addresses(self) -> list[str]:
        return [f"{node}:{NODE_PORT}" for node in NODES]

    @property
    def site(self) -> str:
        """The host name of the application."""
        return f"{self.namespace}.lab"

    def environment(self) -> dict[str, str]:
        kubeconfig = str(self.folder / "kubeconfig")
        own = {name: str(self.folder) for name in ("TMPDIR", "KUBECACHEDIR", "ANSIBLE_HOME")}
        return {
            **own,
            "PATH": self.path,
            "ANSIBLE_NOCOLOR": "1",
            "KUBECONFIG": kubeconfig,
            "K8S_AUTH_KUBECONFIG": kubeconfig,
            "NAMESPACE": self.namespace,
            "SITE": self.site,
            "ENTRY": self.addresses[0],
            "BENCH": str(HERE),
            "PLAYBOOKS": str(settings.PROJECT / "playbooks"),
            "IMAGE": "registry.lab:5000/app",
            "APP_LATENCY": "0s",
            "NODE": DRAINED,
            "MARK": f"steady.rollout/bench={self.namespace}",
        }

    def run(self, text: str, log: Path, limit: float) -> Played:
        """Text in the words of words.sh; what it printed is added to the log."""
        words = f"cd '{self.folder}' && . '{HERE}/words.sh' && {{ {text}; }}"
        played = self.shell.run(words, self.environment(), settings.PROJECT, limit)
        with log.open("a") as file:
            print(f"$ {text}\n{played.output}\n--- exit code {played.code}, {played.seconds:.1f} s", file=file)
        return played

    def prepare(self, text: str, log: Path) -> None:
        """Raises NotPlayed."""
        done = self.run(text, log, PREPARING)
        if done.code != 0:
            raise NotPlayed(f"{text} did not come about ({log}): {' '.join(done.output.strip().splitlines()[-3:])}")


def provide(console: Console) -> str:
    """The search path for programs; brings up the lab, the service's images and what sends the load where they are missing."""
    if not programs.answers():
        subprocess.run([settings.SOURCE / "lab", "up"], check=True)
    if not all(programs.has_image(version) for version in IMAGES):
        subprocess.run([settings.SOURCE / "service/build"], check=True)
    if not shutil.which("wrk"):
        with console.step("Debian package wrk"):
            run("apt-get", "install", "--yes", "--quiet", "--no-install-recommends", "wrk")
    machine.install_go(console)
    artefacts.ensure(LOAD, console, "the load program")
    return os.pathsep.join([str(catalogue.KUBERNETES.folder), os.environ["PATH"]])


@contextlib.contextmanager
def place_of(console: Console) -> Iterator[Place]:
    """Afterwards none of its namespace, processes and files is left, and no node is cordoned by it."""
    path = provide(console)
    shutil.rmtree(LOGS, ignore_errors=True)
    LOGS.mkdir(parents=True)
    with tempfile.TemporaryDirectory(prefix="steady-rollout-bench-") as folder:
        place = Place(Shell(), Path(folder), f"bench-{secrets.token_hex(3)}", path)
        kubeconfig = Path(folder, "kubeconfig")
        kubeconfig.touch(0o600)
        kubeconfig.write_bytes(settings.KUBECONFIG.read_bytes())
        try:
            yield place
        finally:
            place.shell.stop()
            clean(place, console)


def clean(place: Place, console: Console) -> None:
    mark = place.environment()["MARK"]
    for text in (
        f"kubectl uncordon {DRAINED}",
        f"kubectl label pods --all --namespace=traefik {mark.split('=')[0]}-",
        f"kubectl delete namespace {place.namespace} --ignore-not-found --timeout=150s",
    ):
        if "timed out" in place.shell.finish(text, place.environment(), place.folder):
            console.say(f"the cluster has not finished deleting the namespace {place.namespace}")


def set_up(place: Place) -> None:
    """The application by the role's defaults behind the lab's load balancer, which the role brings where there is none."""
    log = LOGS / "set-up.log"
    place.prepare('kubectl config set-context --current --namespace="$NAMESPACE"', log)
    place.prepare("fresh 0s", log)
    there = "kubectl get gateway steady --namespace=traefik"
    place.prepare(f'{there} || play "$PLAYBOOKS/load_balancer.yml"', log)
    (place.folder / "route.json").write_text(json.dumps(route_of(place)))
    place.prepare("kubectl apply --server-side --force-conflicts --filename=route.json", log)
    for address in place.addresses:
        asked = f'curl --silent --fail --max-time 5 --header "Host: $SITE" http://{address}/'
        place.prepare(f"for try in $(seq 50); do {asked} && exit; sleep 0.2; done; false", log)


def route_of(place: Place) -> Json:
    """The application's HTTPRoute, as the role load_balancer makes it."""
    parent = {"name": "steady", "namespace": "traefik", "sectionName": "web"}
    rule = {"backendRefs": [{"name": "app", "port": 80}]}
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": "app", "namespace": place.namespace},
        "spec": {"parentRefs": [parent], "hostnames": [place.site], "rules": [rule]},
    }
