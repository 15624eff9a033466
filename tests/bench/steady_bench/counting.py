# SPDX-License-Identifier: GPL-3.0-or-later
"""A proxy before the API server that counts what is asked of it."""

from __future__ import annotations

import base64
import contextlib
import json
import ssl
import typing as t
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import proxy
from steady_lab.commands import run

from . import watching


@dataclass
class Count:
    """Requests by verb and path, and the bytes of all answers; ``kubeconfig`` leads through the proxy."""

    kubeconfig: Path
    asked: Counter[str] = field(default_factory=Counter)
    answered: int = 0

    @property
    def requests(self) -> int:
        return sum(self.asked.values())

    def begin(self) -> None:
        """From here on."""
        self.asked.clear()
        self.answered = 0

    async def play(self, exchange: proxy.Exchange) -> None:
        """Everything as the server says."""
        self.asked[f"{exchange.verb} {exchange.path}"] += 1
        if exchange.verb != "watch":
            answer = await exchange.forward()
            self.answered += len(answer.body)
            await exchange.answer(answer)
            return
        async for line in exchange.events():
            self.answered += len(line)
            await exchange.send(line)
        if exchange.began and not exchange.over:
            await exchange.end()


@contextlib.contextmanager
def counting(server: watching.Server, folder: Path, namespace: str) -> Iterator[Count]:
    """A proxy, and a kubeconfig that points at it and at the namespace, in the folder."""
    certificate = folder / "proxy.pem"
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(certificate, made(certificate))
    loop = proxy.Loop(proxy.Server(server.host, server.port, server.tls, {}), serving)
    count = Count(folder / "counted.kubeconfig")
    way = proxy.Proxy(loop, count.play)
    try:
        count.kubeconfig.write_text(json.dumps(kubeconfig(way.url, certificate, namespace)))
        count.kubeconfig.chmod(0o600)
        yield count
    finally:
        way.close()
        loop.close()


def made(certificate: Path) -> Path:
    """Makes a certificate for the loopback, and answers with the file of its key."""
    key = certificate.with_suffix(".key")
    names = ["-subj", "/CN=bench", "-addext", "subjectAltName=IP:127.0.0.1"]
    usage = ["-addext", "keyUsage=critical,keyCertSign,digitalSignature", "-days", "1"]
    kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc"]
    run("openssl", "req", *kind, *names, *usage, "-keyout", key, "-out", certificate)
    return key


def kubeconfig(url: str, certificate: Path, namespace: str) -> dict[str, t.Any]:
    """The proxy itself is let in; whoever asks it needs nothing but a form of credential."""
    authority = base64.b64encode(certificate.read_bytes()).decode()
    context = {"cluster": "bench", "user": "bench", "namespace": namespace}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "bench",
        "clusters": [{"name": "bench", "cluster": {"server": url, "certificate-authority-data": authority}}],
        "users": [{"name": "bench", "user": {"token": "let-me-in"}}],
        "contexts": [{"name": "bench", "context": context}],
    }
