# SPDX-License-Identifier: GPL-3.0-or-later
"""What the hosts download from: a mirror of files over HTTP and a container registry, both on the bridge alone."""

from __future__ import annotations

import json
import secrets
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from steady_lab import processes, settings
from steady_lab.commands import run
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
    return registry("registry", settings.REGISTRY_PORT, settings.REGISTRY_STORAGE)


def private_registry_command() -> list[str | Path]:
    """An empty registry that lets nobody in without the password: what a forgotten pull secret looks like."""
    password = settings.PRIVATE_REGISTRY_PASSWORD
    if not password.exists():
        write_secret(password, secrets.token_urlsafe(24))
    known = settings.RUN / "private-registry.htpasswd"
    # The registry takes bcrypt alone, which Python lacks and every Debian's perl has.
    hashed = run(
        "perl", "-e", "print crypt(<STDIN>, $ARGV[0])", f"$2b$10${secrets.token_hex(11)}", stdin=password.read_text()
    )
    write_secret(known, f"lab:{hashed}\n")
    access = {"auth": {"htpasswd": {"realm": "lab", "path": str(known)}}}
    return registry("private-registry", settings.PRIVATE_REGISTRY_PORT, settings.STATE / "private-registry", access)


def registry(name: str, port: int, storage: Path, access: dict[str, Any] | None = None) -> list[str | Path]:
    """The command that serves a registry, its configuration written beside the records of processes."""
    configuration = settings.RUN / f"{name}.yml"
    configuration.parent.mkdir(parents=True, exist_ok=True)
    text = {
        "version": 0.1,
        "log": {"level": "warn"},
        "storage": {"filesystem": {"rootdirectory": str(storage)}, "delete": {"enabled": True}},
        "http": {"addr": f"{settings.GATEWAY}:{port}", "secret": secrets.token_hex(16)},
        **(access or {}),
    }
    # JSON is YAML.
    write_secret(configuration, json.dumps(text))
    return ["docker-registry", "serve", configuration]


def write_secret(file: Path, text: str) -> None:
    """Write a file that nobody else may read."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.chmod(0o600)
    file.write_text(text)


SERVICES = (
    Service("mirror", settings.MIRROR_PORT, mirror_command),
    Service("registry", settings.REGISTRY_PORT, registry_command),
    Service("private-registry", settings.PRIVATE_REGISTRY_PORT, private_registry_command),
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
