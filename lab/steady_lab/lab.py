# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab as a whole: up, down, status, and one host at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from steady_lab import (
    artefacts,
    catalogue,
    cgroups,
    cluster,
    hosts,
    images,
    kernel,
    machine,
    mirror,
    network,
    processes,
    services,
    settings,
)
from steady_lab.artefacts import Artefact
from steady_lab.console import Console
from steady_lab.errors import LabError

RECOVERY_SECONDS = 90.0
PUSHING = threading.Lock()


def up(console: Console, hosts_only: bool) -> None:
    """Bring everything up that is not; a lab that is up is left alone."""
    changed = machine.install_packages(console)
    machine.refuse_taken()
    since = time.time()
    kernel.up()
    changed |= network.up()
    started = services.up()
    if started:
        console.say(f"serving downloads on {settings.GATEWAY}: {', '.join(started)}")
    changed |= build(console)
    changed |= mirror.publish(catalogue.MIRRORED)
    with ThreadPoolExecutor(1) as beside:
        pushing = beside.submit(push, console)
        booted = boot(console)
        changed |= pushing.result()
    changed |= bool(booted or started)
    if not hosts_only:
        changed |= make_cluster(console, since, bool(booted))
    if changed:
        console.summary()
    console.say(f"the lab is up: {'bare hosts' if hosts_only else f'KUBECONFIG={settings.KUBECONFIG}'}")


def build(console: Console) -> bool:
    """Build what is missing, the lanes side by side, and push what can be pushed meanwhile; whether anything was built."""
    artefacts.forget_unfinished()
    everything = [artefact for lane in catalogue.LANES for artefact in lane]
    missing = [artefact for artefact in everything if not artefact.there]
    if not missing:
        return False
    machine.install_go(console)
    titles = {artefact.name: f"{artefact.name} ({n} of {len(missing)})" for n, artefact in enumerate(missing, 1)}
    console.say(f"to build: {', '.join(artefact.name for artefact in missing)}")

    def work(lane: Iterable[Artefact]) -> None:
        for artefact in lane:
            if artefact.name in titles:
                try:
                    artefacts.ensure(artefact, console, titles[artefact.name])
                except LabError:
                    console.say(f"{artefact.name} failed; what is being built beside it is finished and kept")
                    raise
        push(console)

    with ThreadPoolExecutor(len(catalogue.LANES)) as pool:
        for done in [pool.submit(work, lane) for lane in catalogue.LANES]:
            done.result()
    return True


def push(console: Console) -> bool:
    """Push the images that the registry lacks and whose parts are built; whether there were any."""
    with PUSHING:
        pushed = [images.ensure(image, console) for image in catalogue.IMAGES if image.can_be_built]
        return any(pushed)


def boot(console: Console) -> list[str]:
    """Start every host of the lab that is not running, the three first ones made if they are missing; who was started."""
    hosts.make_key()
    have = {host.name for host in hosts.known()}
    for name in settings.DEFAULT_HOSTS:
        if name not in have:
            hosts.make(name, catalogue.HOST.folder / "rootfs")
    return start(console, hosts.known())


def start(console: Console, wanted: list[hosts.Host]) -> list[str]:
    hosts.introduce()
    for host in wanted:
        process = processes.running(host.service)
        if process and cgroups.is_frozen(process):
            cgroups.freeze(process, frozen=False)
    started = [host for host in wanted if hosts.start(host)]
    for host in wanted:
        hosts.connect(host)
    for host in wanted:
        hosts.settle(host)
    if started:
        console.say(f"hosts answer SSH: {', '.join(f'{host.name} {host.address}' for host in started)}")
    return [host.name for host in started]


def make_cluster(console: Console, since: float, booted: bool) -> bool:
    """Have a Ready cluster: leave it alone, wait for one that is coming back, or make it; whether anything was done."""
    wanted = settings.DEFAULT_HOSTS
    if not booted and cluster.is_ready(wanted):
        return False
    if settings.KUBECONFIG.exists():
        with console.step("cluster coming back"):
            if cluster.wait_ready(wanted, RECOVERY_SECONDS, since if booted else 0.0):
                return True
    with console.step("cluster (playbooks/bootstrap.yml)"):
        cluster.bootstrap()
        if not cluster.wait_ready(wanted, RECOVERY_SECONDS):
            raise LabError("The cluster was made, but not all its nodes are Ready; `lab/lab status` shows which.")
    return True


def down(console: Console) -> None:
    """End what the lab runs, and only that; what it built stays."""
    stopped = [host.name for host in hosts.known() if hosts.stop(host, orderly=False)]
    for host in hosts.known():
        hosts.forget(host)
    ended = services.down()
    kernel.down()
    bridge = network.down()
    artefacts.remove(settings.STATE)
    if catalogue.HOST.there:
        artefacts.forget_older(catalogue.HOST.name, catalogue.HOST.folder)
    if not (stopped or ended or bridge):
        console.say("the lab was down already")
        return
    console.say(f"the lab is down ({len(stopped)} hosts); what it built stays in {settings.ARTEFACTS}")


def status() -> bool:
    """Tell what runs and what does not; whether everything does."""
    built = [artefact for lane in catalogue.LANES for artefact in lane]
    there = [artefact.name for artefact in built if artefact.there]
    rows = [("built", f"{len(there)} of {len(built)}", True)]
    bridge = network.bridge_exists()
    rows.append(("network", f"{settings.BRIDGE} {settings.GATEWAY}" if bridge else "down", bridge))
    for service in services.SERVICES:
        fine = processes.running(service.name) is not None and services.answers(service)
        rows.append((service.name, f"http://{settings.GATEWAY}:{service.port}" if fine else "down", fine))
    ready = cluster.nodes() or {}
    for host in hosts.known():
        said = hosts.condition(host)
        fine = ready.get(host.name, False)
        node = f", node {'Ready' if fine else 'not Ready'}" if host.name in ready else ", no node"
        rows.append((host.name, f"{host.address} {said}{node}", said == "running" and fine))
    if not hosts.known():
        rows.append(("hosts", "none", False))
    for name, text, fine in rows:
        print(f"  {'ok ' if fine else '-- '} {name:22} {text}")
    if ready:
        print(f"      {'kubeconfig':22} {settings.KUBECONFIG}")
    return all(row[2] for row in rows)


def add_host(console: Console, name: str) -> None:
    """Make one more host and start it; the cluster gets it when it is in the inventory and the playbook runs again."""
    refuse_without_lab()
    if name not in {host.name for host in hosts.known()}:
        hosts.make(name, catalogue.HOST.folder / "rootfs")
    start(console, [hosts.find(name)])
    address = hosts.find(name).address
    console.say(f"{name} is at {address}; put it in the inventory's group workers and run playbooks/bootstrap.yml")


def start_host(console: Console, name: str) -> None:
    refuse_without_lab()
    start(console, [hosts.find(name)])


def restart_host(console: Console, name: str) -> None:
    """Shut one host down in good order and boot it again; whoever may log in to it can have the same with `reboot`."""
    refuse_without_lab()
    hosts.stop(hosts.find(name))
    start(console, [hosts.find(name)])


def remove_host(console: Console, name: str) -> None:
    """Take one host away with all that is on it; its node, if it is one, has to be deleted from the cluster."""
    host = hosts.find(name)
    hosts.stop(host, orderly=False)
    hosts.forget(host)
    hosts.introduce()
    console.say(f"{name} is gone")


def stop_host(console: Console, name: str) -> None:
    """Shut one host down in good order; what is on it stays for its next start."""
    hosts.stop(hosts.find(name))
    console.say(f"{name} is stopped")


def freeze_host(console: Console, name: str, frozen: bool) -> None:
    """Stop every process of a host where it stands, or let them go on."""
    process = processes.running(hosts.find(name).service)
    if process is None:
        raise LabError(f"Host {name} is not running.")
    cgroups.freeze(process, frozen)
    console.say(f"{name} is {'frozen' if frozen else 'going on'}")


def push_image(console: Console, image: images.Image) -> None:
    machine.install_go(console)
    for part in image.parts:
        artefacts.ensure(part, console, f"{image.names[0]}: program {part.name}")
    if not images.ensure(image, console):
        console.say(f"{settings.REGISTRY_NAME}:{settings.REGISTRY_PORT}/{image.names[0]} is there already")


def refuse_without_lab() -> None:
    if not network.bridge_exists():
        raise LabError("The lab is not up; `make lab` (or lab/lab up) starts it.")
