# SPDX-License-Identifier: GPL-3.0-or-later
"""What the hosts download from: a mirror of files over HTTP and a container registry, both on the bridge alone."""

from __future__ import annotations

import json
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from steady_lab import processes, settings
from steady_lab.errors import LabError, Refusal

START_SECONDS = 20.0
IP_FREEBIND = 15  # <linux/in.h>; the socket module has no name for it


@dataclass(frozen=True)
class Service:
    """A server of the lab: what it is called, where it listens, what starts it."""

    name: str
    port: int
    command: Callable[[], list[str | Path]]


def mirror_command() -> list[str | Path]:
    settings.MIRROR.mkdir(parents=True, exist_ok=True)
    options = ["--bind", settings.GATEWAY, "--directory", str(settings.MIRROR), str(settings.MIRROR_PORT)]
    return [sys.executable, "-m", "http.server", *options]


def registry_command() -> list[str | Path]:
    configuration = settings.RUN / "registry.yml"
    configuration.parent.mkdir(parents=True, exist_ok=True)
    # JSON is YAML; a redirect or a cache would be one more thing between a push and a pull.
    text = {
        "version": 0.1,
        "log": {"level": "warn"},
        "storage": {"filesystem": {"rootdirectory": str(settings.REGISTRY_STORAGE)}, "delete": {"enabled": True}},
        "http": {"addr": settings.REGISTRY},
    }
    configuration.write_text(json.dumps(text))
    return ["docker-registry", "serve", configuration]


SERVICES = (
    Service("mirror", settings.MIRROR_PORT, mirror_command),
    Service("registry", settings.REGISTRY_PORT, registry_command),
)


def answers(service: Service) -> bool:
    """Whether something speaks HTTP there."""
    try:
        with urllib.request.urlopen(f"http://{settings.GATEWAY}:{service.port}/", timeout=2.0):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def refuse_taken_port(service: Service) -> None:
    """Refuse when another program already listens where this service would."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # The bridge with the address may not be there yet; a listener on all addresses is in the way nevertheless.
        probe.setsockopt(socket.SOL_IP, IP_FREEBIND, 1)
        try:
            probe.bind((settings.GATEWAY, service.port))
        except OSError as error:
            raise Refusal(
                f"The lab's {service.name} needs {settings.GATEWAY}:{service.port}, which another program has taken"
                f" ({error.strerror}); `ss -ltnp sport = :{service.port}` tells which."
            ) from error


def start(service: Service) -> bool:
    """Start a service that is not running and wait until it answers; whether it had to be."""
    process = processes.running(service.name)
    if process is not None and answers(service):
        return False
    processes.end(service.name)
    refuse_taken_port(service)
    processes.start(service.name, service.command())
    deadline = time.monotonic() + START_SECONDS
    while not answers(service):
        if not processes.running(service.name) or time.monotonic() > deadline:
            raise LabError(f"The lab's {service.name} does not answer; see {settings.LOGS / service.name}.log.")
        time.sleep(0.05)
    return True


def up() -> list[str]:
    """Start what is not running; the names of what was started."""
    return [service.name for service in SERVICES if start(service)]


def down() -> list[str]:
    """End what runs; the names of what was ended."""
    return [service.name for service in SERVICES if processes.end(service.name)]
