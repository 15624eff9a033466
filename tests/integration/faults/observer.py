# SPDX-License-Identifier: GPL-3.0-or-later
"""The cluster as it is, asked directly: what is given before a run, and what is found after it."""

from __future__ import annotations

import json
import time
import typing as t
from urllib.parse import urlsplit

from ansible_collections.steady.rollout.plugins.module_utils._cluster.credentials import Credentials
from ansible_collections.steady.rollout.plugins.module_utils._cluster.options import Options

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.tests.integration.faults.proxy import Server

Json = dict[str, t.Any]

_PATIENCE = 120.0


class Observer:
    """Plain requests to the API server that KUBECONFIG names; each run has a namespace."""

    def __init__(self) -> None:
        self._credentials = Credentials(Options())
        self._access = self._credentials.access

    def server(self) -> Server:
        """Where it is, for the proxies."""
        from ansible_collections.steady.rollout.tests.integration.faults.proxy import Server

        parts = urlsplit(self._access.url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        tls = self._access.pool.connection_pool_kw.get("ssl_context")
        return Server(str(parts.hostname), port, tls, dict(self._credentials.headers(self._access)))

    def ask(
        self, method: str, path: str, body: Json | None = None, form: str = "application/json", **query: str
    ) -> Json:
        """The answer; empty when there is nothing there. Raises AssertionError for any other refusal."""
        answer = self._access.pool.request(
            method,
            f"{self._access.url}{path}",
            fields=query or None,
            headers={**self._credentials.headers(self._access), "Content-Type": form},
            **({} if body is None else {"body": json.dumps(body).encode()}),
            timeout=30,
        )
        if answer.status == 404:
            return {}
        assert answer.status < 300, f"{method} {path}: {answer.status} {answer.data[:500]!r}"
        return t.cast("Json", json.loads(answer.data))

    def create(self, path: str, manifest: Json) -> Json:
        """The object as made."""
        return self.ask("POST", path, manifest)

    def items(self, path: str) -> list[Json]:
        """The objects of a collection."""
        return t.cast("list[Json]", self.ask("GET", path)["items"])

    def a_node(self) -> str:
        """The name of one that takes pods."""
        nodes = self.items("/api/v1/nodes")
        return next(str(node["metadata"]["name"]) for node in nodes if not node["spec"].get("taints"))

    def until(self, path: str, holds: t.Callable[[Json], t.Any]) -> Json:
        """The object once it is so."""
        deadline = time.monotonic() + _PATIENCE
        while not holds(found := self.ask("GET", path)):
            assert time.monotonic() < deadline, f"{path} never came to be as given: {json.dumps(found)[:2000]}"
            time.sleep(0.2)
        return found
