# SPDX-License-Identifier: GPL-3.0-or-later
"""A scripted API server, and the adapter connected to it with times small enough for tests."""

from __future__ import annotations

import socket
import typing as t
from dataclasses import replace

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._cluster.cluster import ApiCluster, connect
from ansible_collections.steady.rollout.plugins.module_utils._cluster.options import Options, Timings
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._cluster.api_server import ApiServer
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._cluster.certificates import Authority

TIMINGS = Timings(connect=5.0, read=5.0, write=5.0, watch=(5.0, 5.0), silence=5.0, backoff=(0.001, 0.005), settle=5.0)

Connect = t.Callable[..., ApiCluster]


@pytest.fixture
def server() -> t.Iterator[ApiServer]:
    """An API server without a script."""
    server = ApiServer()
    yield server
    server.close()


@pytest.fixture
def connected(server: ApiServer, monkeypatch: pytest.MonkeyPatch) -> Connect:
    """Connects to the server: ``connected(**Options)``; ``timings`` replaces single ones of the patient TIMINGS."""
    for name in ("KUBERNETES_SERVICE_HOST", "KUBECONFIG", "http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)

    def with_options(
        *, timings: dict[str, t.Any] | None = None, patience: float = 60.0, on_event: t.Any = None, **options: t.Any
    ) -> ApiCluster:
        options = {"host": server.url, "api_key": "key", **options}
        return connect(
            Options(**options), patience=patience, timings=replace(TIMINGS, **timings or {}), on_event=on_event
        )

    return with_options


@pytest.fixture
def no_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """A resolver that knows addresses only, so that no test waits for a real one."""
    known = socket.getaddrinfo

    def addresses_only(host: str, *arguments: t.Any, **options: t.Any) -> t.Any:
        return known(host, *arguments, **{**options, "flags": socket.AI_NUMERICHOST})

    monkeypatch.setattr(socket, "getaddrinfo", addresses_only)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A CA for this run."""
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(params=[True, False], ids=["client certificate", "no client certificate"])
def tls_server(request: pytest.FixtureRequest, authority: Authority) -> t.Iterator[ApiServer]:
    """A server that speaks TLS as ``kube.example`` and 127.0.0.1."""
    server = ApiServer(authority.serving(authority.issue("kube.example"), asks_clients=request.param))
    yield server
    server.close()
