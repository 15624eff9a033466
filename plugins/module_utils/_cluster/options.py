# SPDX-License-Identifier: GPL-3.0-or-later
"""How to reach an API server and as whom, and how long to wait for it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Options:
    """The connection options of the modules, under the same names as in ``kubernetes.core``. None means: not given."""

    kubeconfig: str | dict[str, t.Any] | None = field(default=None, repr=False)
    context: str | None = None
    host: str | None = None
    api_key: str | None = field(default=None, repr=False)
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    validate_certs: bool | None = None
    ca_cert: str | None = None
    client_cert: str | None = None
    client_key: str | None = None
    proxy: str | None = field(default=None, repr=False)
    no_proxy: str | None = None
    proxy_headers: dict[str, str] = field(default_factory=dict, repr=False)
    persist_config: bool = False
    impersonate_user: str | None = None
    impersonate_groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Timings:
    """Seconds. Nobody needs to change them; tests make them small."""

    connect: float = 5.0
    read: float = 20.0
    write: float = 45.0
    """An admission webhook alone may take 30 s."""
    watch: tuple[float, float] = (30.0, 45.0)
    """A watch ends after a time drawn from this range, so that many watches do not come back at once."""
    silence: float = 5.0
    """How much longer than its own end a watch may say nothing before it counts as dead."""
    relist: float = 120.0
    """A server restored from a backup lets a watch from its lost future wait in silence; only a new list tells."""
    backoff: tuple[float, float] = (0.1, 3.0)
    settle: float = 10.0
    """A starting API server may answer 401 and 403 before it has read its rules: after trouble they are doubted."""
