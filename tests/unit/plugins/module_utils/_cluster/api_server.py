# SPDX-License-Identifier: GPL-3.0-or-later
"""A real HTTP server on the loopback that plays a script of an API server's answers, faults included."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import typing as t
from collections import defaultdict
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

Json = dict[str, t.Any]


@dataclass(frozen=True)
class Seen:
    """One request as it arrived."""

    verb: str
    path: str
    query: dict[str, str]
    headers: list[tuple[str, str]]
    body: t.Any

    def header(self, name: str) -> list[str]:
        """All values of a header."""
        return [value for key, value in self.headers if key.lower() == name.lower()]


@dataclass(frozen=True)
class Reply:
    """A status and a JSON body; ``cut`` promises more of the body than is sent."""

    status: int = 200
    body: t.Any = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False


@dataclass(frozen=True)
class Stream:
    """A watch: pieces of its body, then ``end`` (properly), ``cut`` (connection lost) or ``silence`` (nothing more)."""

    pieces: tuple[bytes, ...] = ()
    then: str = "silence"


@dataclass(frozen=True)
class Nothing:
    """No answer at all: the connection is closed, or with ``silence`` kept open."""

    silence: bool = False


Answer: t.TypeAlias = "Reply | Stream | Nothing"


def status(code: int, message: str, **more: t.Any) -> Reply:
    """A refusal in Kubernetes' words; ``after`` becomes Retry-After."""
    after = more.pop("after", None)
    headers = {} if after is None else {"Retry-After": str(after)}
    return Reply(code, {"kind": "Status", "code": code, "message": message, **more}, headers)


def listed(version: int, *names: str) -> Reply:
    """A list of pods at a resource version."""
    items = [pod(name, version)["metadata"] for name in names]
    return Reply(body={"metadata": {"resourceVersion": str(version)}, "items": [{"metadata": item} for item in items]})


def pod(name: str, version: int, **more: t.Any) -> Json:
    """As little of a pod as the adapter looks at."""
    metadata = {"namespace": "shop", "name": name, "resourceVersion": str(version)}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, **more}


def event(kind: str, item: Json) -> bytes:
    """One line of a watch."""
    return json.dumps({"type": kind, "object": item}, ensure_ascii=False).encode() + b"\n"


def told(version: int) -> bytes:
    """The line of a watch that lists first: all that was there has been told."""
    notes = {"resourceVersion": str(version), "annotations": {"k8s.io/initial-events-end": "true"}}
    return event("BOOKMARK", {"metadata": notes})


class ApiServer:
    """Answers each verb with its script, one answer per request; the last one is repeated."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.seen: list[Seen] = []
        self._scripts: dict[str, list[Answer]] = defaultdict(list)
        self._condition = threading.Condition()
        self._over = threading.Event()
        self.plays("stream", status(422, "sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch"))
        self._http = _Listener(("127.0.0.1", 0), Handler)
        self._http.script = self
        if tls:
            self._http.socket = tls.wrap_socket(self._http.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=lambda: self._http.serve_forever(0.01), daemon=True)
        self._thread.start()
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self._http.server_port}"

    def plays(self, verb: str, *answers: Answer) -> None:
        """The script of a verb: get (objects), list, watch, stream (a watch that lists first), create, patch, delete."""
        with self._condition:
            self._scripts[verb] = list(answers)

    def count(self, verb: str) -> int:
        """How many requests of a verb came so far."""
        return len(self.requests(verb))

    def requests(self, verb: str) -> list[Seen]:
        """The requests of a verb, in order."""
        with self._condition:
            return [seen for seen in self.seen if seen.verb == verb]

    def wait_for(self, verb: str, times: int) -> None:
        """Block until so many requests of a verb have come."""
        with self._condition:
            met = self._condition.wait_for(lambda: sum(seen.verb == verb for seen in self.seen) >= times, 5)
        assert met, f"only {self.count(verb)} of {times} {verb} requests came"

    def close(self) -> None:
        """Hang up on everybody."""
        self._over.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def answer(self, seen: Seen) -> Answer:
        """The next answer of the script."""
        with self._condition:
            self.seen.append(seen)
            self._condition.notify_all()
            script = self._scripts[seen.verb]
            if not script:
                return status(404, f"no script for {seen.verb}")
            return script.pop(0) if len(script) > 1 else script[0]

    def stay_silent(self) -> None:
        """Keep a connection open without a word until the test is over."""
        self._over.wait(10)


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    script: ApiServer


class Handler(BaseHTTPRequestHandler):
    """Turns a request into ``Seen`` and an ``Answer`` into bytes."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    @property
    def _script(self) -> ApiServer:
        return t.cast("_Listener", self.server).script

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except OSError:
            self.close_connection = True

    def log_message(self, *_unused: t.Any) -> None:
        pass

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        seen = Seen(self._verb(parts.path, query), parts.path, query, self.headers.items(), json.loads(body or b"null"))
        self._give(self._script.answer(seen))

    do_PATCH = do_POST = do_DELETE = do_GET

    def _verb(self, path: str, query: dict[str, str]) -> str:
        written = {"PATCH": "patch", "POST": "create", "DELETE": "delete"}
        if self.command in written:
            return written[self.command]
        if "watch" in query:
            return "stream" if "sendInitialEvents" in query else "watch"
        return "list" if path.rpartition("/")[2] in ("pods", "deployments", "events", "leases") else "get"

    def _give(self, answer: Answer) -> None:
        if isinstance(answer, Reply):
            self._reply(answer)
        elif isinstance(answer, Stream):
            self._stream(answer)
        else:
            if answer.silence:
                self._script.stay_silent()
            self._hang_up()

    def _reply(self, reply: Reply) -> None:
        body = reply.body.encode() if isinstance(reply.body, str) else json.dumps(reply.body).encode()
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) + 100 * reply.cut))
        self.end_headers()
        self.wfile.write(body)
        if reply.cut:
            self._hang_up()

    def _stream(self, stream: Stream) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for piece in stream.pieces:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        if stream.then == "end":
            self.wfile.write(b"0\r\n\r\n")
            return
        if stream.then == "silence":
            self._script.stay_silent()
        self._hang_up()

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)
