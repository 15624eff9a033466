# SPDX-License-Identifier: GPL-3.0-or-later
"""What may stand between a client and its API server: a proxy that tunnels, and a gate that asks for a password. On loopback only."""

from __future__ import annotations

import base64
import contextlib
import http.server
import select
import socket
import threading
import typing as t

if t.TYPE_CHECKING:
    from urllib3 import PoolManager


@contextlib.contextmanager
def serving(handler: type[http.server.BaseHTTPRequestHandler]) -> t.Iterator[int]:
    """Answers on a port of its own as long as it lasts."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Quiet(http.server.BaseHTTPRequestHandler):
    """Writes nothing to the terminal."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *_args: t.Any) -> None:
        """Nothing."""


@contextlib.contextmanager
def hook() -> t.Iterator[tuple[int, list[str]]]:
    """A webhook that takes every message; answers with its port and the paths that were asked for."""
    heard: list[str] = []

    class Taking(Quiet):
        def do_POST(self) -> None:
            """Take it."""
            heard.append(self.path)
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(204)
            self.end_headers()

    with serving(Taking) as port:
        yield port, heard


@contextlib.contextmanager
def proxy(login: str = "") -> t.Iterator[tuple[int, list[tuple[str, dict[str, str]]]]]:
    """A proxy that tunnels, for everybody or for this ``user:password``; answers with its port and what it was asked for."""
    seen: list[tuple[str, dict[str, str]]] = []
    wanted = f"Basic {base64.b64encode(login.encode()).decode()}"

    class Tunnel(Quiet):
        def do_CONNECT(self) -> None:
            """A tunnel to the host that is asked for."""
            seen.append((self.path, dict(self.headers)))
            self.close_connection = True
            if login and self.headers.get("Proxy-Authorization") != wanted:
                self.send_error(407)
                return
            host, _colon, port = self.path.rpartition(":")
            with socket.create_connection((host, int(port))) as there:
                self.send_response(200)
                self.end_headers()
                _pipe(self.connection, there)

    with serving(Tunnel) as port:
        yield port, seen


def _pipe(here: socket.socket, there: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while True:
            for end in select.select((here, there), (), ())[0]:
                piece = end.recv(65536)
                if not piece:
                    return
                (there if end is here else here).sendall(piece)


@contextlib.contextmanager
def password_gate(login: str, url: str, pool: PoolManager) -> t.Iterator[int]:
    """Lets through to the API server who sends this ``user:password``; to the server it is whoever ``pool`` is."""
    wanted = f"Basic {base64.b64encode(login.encode()).decode()}"

    class Gate(Quiet):
        def do_GET(self) -> None:
            """Any request."""
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.headers.get("Authorization") != wanted:
                self.send_error(401)
                return
            kind = {"Content-Type": self.headers.get("Content-Type") or "application/json"}
            answer = pool.request(self.command, f"{url}{self.path}", body=body, headers=kind)
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(answer.data)))
            self.end_headers()
            self.wfile.write(answer.data)

        do_POST = do_GET

    with serving(Gate) as port:
        yield port
