# SPDX-License-Identifier: GPL-3.0-or-later
"""The cluster as it is, moment by moment: watches of raw objects, without a line of the tools that are measured."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import re
import socket
import ssl
import threading
import time
import typing as t
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import yaml

Json = dict[str, t.Any]
Seen = list[tuple[float, Json]]


@dataclass(frozen=True)
class Server:
    """An API server, and how to be let in."""

    host: str
    port: int
    tls: ssl.SSLContext


def server_of(kubeconfig: Path, folder: Path) -> Server:
    """From a kubeconfig with certificates in it, as kubeadm writes them; the folder takes the client's while they are read."""
    told = yaml.safe_load(kubeconfig.read_text())
    cluster, user = told["clusters"][0]["cluster"], told["users"][0]["user"]
    pem = [base64.b64decode(user[f"client-{part}-data"]) for part in ("certificate", "key")]
    pair = folder / "client.pem"
    pair.touch(0o600)
    pair.write_bytes(b"\n".join(pem))
    tls = ssl.create_default_context(cadata=base64.b64decode(cluster["certificate-authority-data"]).decode())
    tls.verify_flags &= ~ssl.VERIFY_X509_STRICT
    tls.load_cert_chain(pair)
    pair.unlink()
    address = urlsplit(cluster["server"])
    return Server(str(address.hostname), address.port or 443, tls)


class Watch:
    """Every object of some collections with the moment at which its event arrived; a thread for each collection."""

    def __init__(
        self, server: Server, paths: Iterable[str], take: t.Callable[[float, Json], None] | None = None
    ) -> None:
        """``take`` is told of each moment and object; without it they are kept in ``seen``."""
        self.seen: Seen = []
        self._take = take or (lambda at, found: self.seen.append((at, found)))
        self._ways = [http.client.HTTPSConnection(server.host, server.port, context=server.tls) for _path in paths]
        self._threads = [
            threading.Thread(target=self._follow, args=(way, path), daemon=True)
            for way, path in zip(self._ways, paths, strict=True)
        ]

    def __enter__(self) -> Watch:
        for way in self._ways:
            way.connect()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_reason: object) -> None:
        for way in self._ways:
            with contextlib.suppress(OSError):
                way.sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()

    def _follow(self, way: http.client.HTTPSConnection, path: str) -> None:
        with contextlib.suppress(OSError, ValueError, http.client.HTTPException):
            way.request("GET", f"{path}?watch=1", headers={"Accept": "application/json"})
            for line in way.getresponse():
                self._take(time.monotonic(), json.loads(line)["object"])
        way.close()


@contextlib.contextmanager
def watching(server: Server, namespace: str) -> Iterator[Watch]:
    """The Deployments, pods, Jobs and events of a namespace."""
    kinds = ("apis/apps/v1/{}/deployments", "api/v1/{}/pods", "api/v1/{}/events", "apis/batch/v1/{}/jobs")
    with Watch(server, ["/" + kind.format(f"namespaces/{namespace}") for kind in kinds]) as watch:
        yield watch


def completed(seen: Seen, image: str) -> float | None:
    """The moment at which the rollout of a Deployment to an image was complete; None when it never was."""
    return next((at for at, found in seen if found.get("kind") == "Deployment" and complete(found, image)), None)


def complete(deployment: Json, image: str) -> bool:
    """By kubectl's rule."""
    wanted, status = deployment["spec"]["replicas"], deployment.get("status", {})
    return (
        deployment["spec"]["template"]["spec"]["containers"][0]["image"] == image
        and status.get("observedGeneration", 0) >= deployment["metadata"]["generation"]
        and all(status.get(count) == wanted for count in ("updatedReplicas", "replicas", "availableReplicas"))
    )


def first(seen: Seen, sign: str, since: float) -> float | None:
    """The first moment since then at which an object showed a sign, a regular expression for its JSON; None when none did."""
    return next((at for at, found in seen if at >= since and re.search(sign, json.dumps(found))), None)
