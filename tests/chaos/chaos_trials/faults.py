# SPDX-License-Identifier: GPL-3.0-or-later
"""What breaks, one function each. All of it is real: processes, packets, tokens and hosts of the lab."""

from __future__ import annotations

import json
import random
import signal
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from .cable import machine
from .hosts import api_server_stopped, etcd_paused, worker_frozen
from .judgement import REFUSED, Done, Told
from .runs import Run
from .scene import Play, Scene
from .site import Site, Stage

UNAUTHORIZED = r"\b401\b|Unauthorized"
ELSEWHERE = r"somebody else|in the meantime|meanwhile"
TOKEN = "chaos"


@dataclass(frozen=True)
class Fault:
    """``play``: the runs of one trial. ``strike``: what happens to the whole cluster meanwhile. ``patience``: how long, in seconds, a new
    pod has to be ready before it counts, where a fault takes its time to be noticed."""

    name: str
    play: Play
    strike: Callable[[Stage, random.Random], None] | None = None
    patience: int = 0


UNREACHED = r"^API server \S+ cannot be reached"
"""What a run says that met nobody at all; it has changed nothing then, which the end shows."""


def simply(scene: Scene) -> tuple[list[Told], Done]:
    """One run, while the cluster has its trouble."""
    run = scene.site.begin()
    run.module(scene.site.stage.pause)
    scene.strike.begun()
    scene.met = True
    return [scene.site.ended(run)], Done(excuse=UNREACHED)


def connections_cut(scene: Scene) -> tuple[list[Told], Done]:
    """All connections of the run are killed, again and again."""
    with machine(scene.chance) as cable:
        run = scene.site.begin(prefix=cable.prefix)
        run.module(scene.site.stage.pause)
        while run.process.poll() is None:
            scene.site.stage.pause(scene.chance.uniform(0.3, 2.0))
            scene.met = cable.cut() or scene.met
        return [scene.site.ended(run)], Done(excuse=UNREACHED)


def slow_and_lossy(scene: Scene) -> tuple[list[Told], Done]:
    """Each packet takes its time, and some never arrive."""
    with machine(scene.chance) as cable:
        cable.delay, cable.loss = scene.chance.uniform(0.02, 0.25), scene.chance.uniform(0.01, 0.12)
        scene.met = True
        return [scene.site.ended(scene.site.begin(prefix=cable.prefix))], Done(excuse=UNREACHED)


def unplugged(scene: Scene) -> tuple[list[Told], Done]:
    """No packet arrives for a while."""
    with machine(scene.chance) as cable:
        run = scene.site.begin(prefix=cable.prefix)
        scene.met = run.module(scene.site.stage.pause) is not None
        scene.moment(run)
        cable.loss = 1.0
        scene.site.stage.pause(scene.chance.uniform(2.0, 25.0))
        cable.loss = 0.0
        return [scene.site.ended(run)], Done(excuse=UNREACHED)


def killed(scene: Scene) -> tuple[list[Told], Done]:
    """SIGKILL to the module, or to Ansible with it; the same is then asked for again."""
    return ended_by(scene, signal.SIGKILL)


def asked_to_stop(scene: Scene) -> tuple[list[Told], Done]:
    """SIGTERM to the module, or to Ansible with it; the same is then asked for again."""
    return ended_by(scene, signal.SIGTERM)


def ended_by(scene: Scene, number: signal.Signals) -> tuple[list[Told], Done]:
    """The module alone, or Ansible with it, gets a signal; when it has not said how it went, the same is asked for again."""
    run = scene.site.begin()
    module = run.module(scene.site.stage.pause)
    whole = scene.chance.random() < 0.3
    scene.moment(run)
    if module is not None and run.process.poll() is None:
        scene.met = run.send(None if whole else module, number)
    said = scene.site.ended(run)
    gone(scene.site, run)
    return [said] if said.failed is not None else [said, scene.site.ended(scene.site.begin())], Done()


def gone(site: Site, run: Run) -> None:
    """A module that was asked to stop may outlive Ansible for a moment."""
    for _attempt in range(300):
        if not run.alive():
            return
        site.stage.pause(0.1)


def two_at_once(scene: Scene) -> tuple[list[Told], Done]:
    """A second run, for the same or for something else, while the first one is under way."""
    ask = scene.site.trial.ask
    other = replace(ask, path=(ask.given, "2.1"), version="2.1", cause="", strategy={}, rollback=False)
    first = scene.site.begin()
    first.module(scene.site.stage.pause)
    scene.site.stage.pause(scene.chance.uniform(0.0, 2.0))
    scene.met = first.process.poll() is None
    second = scene.site.begin(scene.chance.choice([ask, other]))
    return scene.site.both(first, second), Done(excuse=REFUSED)


def somebody_annotates(scene: Scene) -> tuple[list[Told], Done]:
    """kubectl annotates the workload meanwhile; the annotation has to stay."""
    note = "example.com/on-call"
    return beside(scene, "annotate", f"{note}=night"), Done(annotations=(note,))


def somebody_scales(scene: Scene) -> tuple[list[Told], Done]:
    """kubectl scales the workload meanwhile, a DaemonSet is annotated; it has to stay so."""
    if scene.site.trial.ask.kind == "DaemonSet":
        return somebody_annotates(scene)
    return beside(scene, "scale", "--replicas=3"), Done(replicas=3)


def somebody_upgrades(scene: Scene) -> tuple[list[Told], Done]:
    """kubectl puts version 2.1 in meanwhile; the run has to step aside for it, or to have been done before."""
    return beside(scene, "set", "image", "app=registry.lab:5000/app:2.1"), Done(others=("2.1",), excuse=ELSEWHERE)


def beside(scene: Scene, *words: str) -> list[Told]:
    """kubectl changes the workload at some moment of the run."""
    run = scene.site.begin()
    run.module(scene.site.stage.pause)
    scene.moment(run)
    scene.met = run.process.poll() is None
    verb = words[:2] if words[0] == "set" else words[:1]
    scene.site.own(*verb, f"{scene.site.trial.ask.kind}/app", *words[len(verb) :])
    return [scene.site.ended(run)]


def token_renewed(scene: Scene) -> tuple[list[Told], Done]:
    """The token is taken back; there is another one in its file by then."""
    kubeconfig, token = account(scene.site)
    run = scene.site.begin(kubeconfig=kubeconfig)
    run.module(scene.site.stage.pause)
    scene.moment(run)
    token.write_text(scene.site.own("create", "token", TOKEN))
    take_back(scene, run)
    return [scene.site.ended(run)], Done()


def token_gone(scene: Scene) -> tuple[list[Told], Done]:
    """The token is taken back, and nobody renews it: the same is asked for again, by somebody who may."""
    kubeconfig, _token = account(scene.site)
    run = scene.site.begin(kubeconfig=kubeconfig)
    run.module(scene.site.stage.pause)
    scene.moment(run)
    take_back(scene, run)
    said = scene.site.ended(run)
    if said.failed is False or said.back:
        return [said], Done()
    return [said, scene.site.ended(scene.site.begin())], Done(excuse=UNAUTHORIZED)


def take_back(scene: Scene, run: Run) -> None:
    scene.site.own("delete", "secret", TOKEN)
    scene.met = run.process.poll() is None


def account(site: Site) -> tuple[Path, Path]:
    """The kubeconfig of somebody whose token is good for as long as a Secret is there; and the file with the token."""
    site.own("create", "serviceaccount", TOKEN)
    site.own(
        "create", "rolebinding", TOKEN, "--clusterrole=cluster-admin", f"--serviceaccount={site.namespace}:{TOKEN}"
    )
    site.own("create", "secret", "generic", TOKEN)
    bound = ("--bound-object-kind=Secret", f"--bound-object-name={TOKEN}")
    token, kubeconfig = site.folder / "token", site.folder / "kubeconfig"
    for file in (token, kubeconfig):
        file.touch(0o600)
    token.write_text(site.own("create", "token", TOKEN, *bound))
    config = json.loads(site.own("config", "view", "--raw", "--minify", "--output=json"))
    config["users"][0]["user"] = {"tokenFile": str(token)}
    kubeconfig.write_text(json.dumps(config))
    return kubeconfig, token


FAULTS = (
    Fault("module killed", killed),
    Fault("module asked to stop", asked_to_stop),
    Fault("two runs at once", two_at_once),
    Fault("somebody else upgrades", somebody_upgrades),
    Fault("somebody else scales", somebody_scales),
    Fault("somebody else annotates", somebody_annotates),
    Fault("connections cut", connections_cut),
    Fault("network slow and lossy", slow_and_lossy),
    Fault("network away", unplugged),
    Fault("token expired and renewed", token_renewed, patience=8),
    Fault("token expired for good", token_gone, patience=8),
    Fault("API server stopped and started", simply, api_server_stopped),
    Fault("etcd paused", simply, etcd_paused),
    Fault("worker host frozen", simply, worker_frozen),
)
