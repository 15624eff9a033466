# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses, versions and folders: everything about the lab that somebody may want to look up or change."""

from __future__ import annotations

import os
from pathlib import Path

KUBERNETES = "v1.37.2"
COREDNS = "v1.14.6"
ETCD = "3.7.0-0"
PAUSE = "3.10.2"
GATEWAY_API = "v1.6.3"
TRAEFIK = "v3.7"
HELM = "v4.3.1"
ARGO_ROLLOUTS = "v1.8.5"
KWOK = "v0.8.0"
DEBIAN = "bookworm"
GO_MINIMUM = (1, 26)

BRIDGE = "steady0"
GATEWAY = "10.77.0.1"
NETWORK = "10.77.0.0/24"
PREFIX_LENGTH = 24
MIRROR_PORT = 8080
REGISTRY_PORT = 5000
PRIVATE_REGISTRY_PORT = 5001
REGISTRY_NAME = "registry.lab"
MIRROR_NAME = "download.lab"
REGISTRY = f"{GATEWAY}:{REGISTRY_PORT}"
DEFAULT_HOSTS = ("lab-control-plane-1", "lab-worker-1", "lab-worker-2")

SOURCE = Path(__file__).resolve().parent.parent
PROJECT = SOURCE.parent


def cache_folder() -> Path:
    """Where the lab keeps what it built and what is running: STEADY_ROLLOUT_CACHE, else the user's cache folder."""
    chosen = os.environ.get("STEADY_ROLLOUT_CACHE")
    if chosen:
        return Path(chosen).absolute()
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base).absolute() / "steady-rollout"


CACHE = cache_folder()
ARTEFACTS = CACHE / "artefacts"
STATE = CACHE / "lab"
HOSTS = STATE / "hosts"
RUN = STATE / "run"
LOGS = STATE / "log"
SSH = STATE / "ssh"
MIRROR = STATE / "mirror"
PRIVATE_REGISTRY_PASSWORD = STATE / "private-registry-password"
KUBECONFIG = STATE / "kubeconfig"
REGISTRY_STORAGE = ARTEFACTS / "registry"


def address_of(name: str, taken: frozenset[str] = frozenset()) -> str:
    """The address a host has by its name: control planes from .11, workers from .21, any other the first free from .31."""
    role, _dash, number = name.rpartition("-")
    base = {"lab-control-plane": 10, "lab-worker": 20}.get(role)
    if base is not None and number.isdigit() and 1 <= int(number) <= 9:
        return f"10.77.0.{base + int(number)}"
    return next(address for last in range(31, 255) if (address := f"10.77.0.{last}") not in taken)
