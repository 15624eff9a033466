# SPDX-License-Identifier: GPL-3.0-or-later
"""Real servers on the loopback interface, each doing exactly what a test tells it to."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import typing as t
from dataclasses import dataclass, field

import pytest

# Gets a connection and the number of the connection (from 0); what it returns or raises ends the connection.
Behaviour = t.Callable[["Peer", int], None]


@dataclass
class Peer:
    """The server's end of one connection."""

    connection: socket.socket
    closing: threading.Event
    requests: list[bytes]

    def request(self) -> bytes:
        """The next request's head; raises EOFError when there is none."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            byte = self.connection.recv(1)
            if not byte:
                raise EOFError
            head += byte
        self.requests.append(head)
        return head

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def answer(self, body: str = "App Version 1.0 running on host: a", status: str = "200 OK", more: str = "") -> None:
        self.send(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{more}\r\n{body}".encode())

    def reset(self) -> None:
        """Leave with RST instead of FIN."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def stall(self) -> None:
        """Say nothing until the test is over."""
        self.closing.wait()


@dataclass
class Server:
    """A listener whose connections each run one behaviour in a thread."""

    behaviour: Behaviour
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    closing: threading.Event = field(default_factory=threading.Event)
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}/"

    def serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _address = self.listener.accept()
                number, self.connections = self.connections, self.connections + 1
                threading.Thread(target=self._handle, args=(connection, number), daemon=True).start()

    def _handle(self, connection: socket.socket, number: int) -> None:
        with connection, contextlib.suppress(OSError, EOFError):
            self.behaviour(Peer(connection, self.closing, self.requests), number)

    def close(self) -> None:
        self.closing.set()
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


@pytest.fixture
def serve() -> t.Iterator[t.Callable[[Behaviour], Server]]:
    """Starts a server with a behaviour; all are closed at the end of the test."""
    servers: list[Server] = []

    def start(behaviour: Behaviour) -> Server:
        server = Server(behaviour)
        servers.append(server)
        threading.Thread(target=server.serve, daemon=True).start()
        return server

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def nobody() -> str:
    """A URL at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}/"


def answering(peer: Peer, _number: int) -> None:
    """A well-behaved server."""
    while True:
        close = b"Connection: close" in peer.request()
        peer.answer(more="Connection: close\r\n" if close else "")
        if close:
            return


@pytest.fixture
def healthy(serve: t.Callable[[Behaviour], Server]) -> Server:
    """A server that answers every request with version 1.0."""
    return serve(answering)
