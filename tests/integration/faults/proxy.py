# SPDX-License-Identifier: GPL-3.0-or-later
"""A proxy before a real API server that plays a fault: TLS on the loopback, one port for each run, all on one event loop."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import socket
import ssl
import struct
import threading
import time
import typing as t
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

Json = dict[str, t.Any]
Play = t.Callable[["Exchange"], t.Awaitable[None]]

_RESET = struct.pack("ii", 1, 0)
_PREFIX = re.compile(r"^/(?:api/[^/]+|apis/[^/]+/[^/]+)/")
_VERBS = {"PATCH": "patch", "POST": "create", "PUT": "update", "DELETE": "delete"}


@dataclass(frozen=True)
class Server:
    """The real API server, and how to be let in."""

    host: str
    port: int
    tls: ssl.SSLContext | None
    headers: t.Mapping[str, str]


@dataclass(frozen=True)
class Answer:
    """A whole answer."""

    status: int
    body: bytes
    headers: t.Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Written:
    """A write that the API server has carried out; two that differ in the pinned version only are one written twice."""

    verb: str
    path: str
    body: str
    content_type: str

    @property
    def once(self) -> bool:
        """Whether carrying it out twice would be one time too many: any patch of a workload but an apply."""
        return self.verb == "patch" and "/apps/v1/" in self.path and "apply" not in self.content_type


class _Reader(asyncio.StreamReader):
    """Knows at once that the other side has left, without reading."""

    def __init__(self) -> None:
        super().__init__(limit=2**24)
        self.left = asyncio.Event()

    def feed_eof(self) -> None:
        super().feed_eof()
        self.left.set()

    def set_exception(self, exc: Exception) -> None:
        super().set_exception(exc)
        self.left.set()


Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Loop:
    """The event loop's thread and the idle connections to the real server, shared by all proxies."""

    def __init__(self, server: Server, tls: ssl.SSLContext) -> None:
        self.server = server
        self.tls = tls
        self.idle: list[Connection] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fault server", daemon=True)
        self._thread.start()

    def run(self, coroutine: t.Coroutine[t.Any, t.Any, t.Any]) -> t.Any:
        """Run it to its end from another thread."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(60)

    def close(self) -> None:
        """End the thread."""
        self.run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        for _reader, writer in self.idle:
            writer.transport.abort()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


class Proxy:
    """One address for one run, with one fault. ``strikes`` counts how often the fault was played."""

    def __init__(self, loop: Loop, play: Play) -> None:
        self._loop = loop
        self._play = play
        self._listener: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0
        self.requests = 0
        self.running: Counter[str] = Counter()
        self.strikes = 0
        self.memory: dict[t.Any, t.Any] = {}
        self.writes: list[Written] = []
        loop.run(self._listen())

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"https://127.0.0.1:{self.port}"

    def leave(self, seconds: float) -> None:
        """As if the server were gone for a while: connections are reset, new ones refused. To be called by a fault."""
        self.strikes += 1
        self._tasks.add(asyncio.create_task(self._away(seconds)))

    def watches_left(self, within: float) -> int:
        """How many watches are still open, after giving them some time to end."""
        deadline = time.monotonic() + within
        while self.running["watch"] and time.monotonic() < deadline:
            time.sleep(0.05)
        return self.running["watch"]

    def close(self) -> None:
        """Leave nothing behind."""
        self._loop.run(self._close())

    async def _listen(self) -> None:
        def protocol() -> asyncio.StreamReaderProtocol:
            return asyncio.StreamReaderProtocol(_Reader(), self._serve)

        self._listener = await asyncio.get_running_loop().create_server(
            protocol, "127.0.0.1", self.port, ssl=self._loop.tls, reuse_address=True
        )
        self.port = self._listener.sockets[0].getsockname()[1]

    async def _away(self, seconds: float) -> None:
        await self._vanish()
        await asyncio.sleep(seconds)
        await self._listen()

    async def _vanish(self) -> None:
        if self._listener:
            self._listener.close()
        for writer in list(self._open):
            reset(writer)

    async def _close(self) -> None:
        await self._vanish()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = t.cast("asyncio.Task[None]", asyncio.current_task())
        self._tasks.add(task)
        self._open.add(writer)
        if not (self._listener and self._listener.is_serving()):
            reset(writer)
        try:
            while exchange := await self._next(t.cast("_Reader", reader), writer):
                self.running[exchange.verb] += 1
                try:
                    await self._play(exchange)
                finally:
                    self.running[exchange.verb] -= 1
                    exchange.drop()
                if exchange.over:
                    break
        except (OSError, EOFError, asyncio.LimitOverrunError):
            pass
        finally:
            self._tasks.discard(task)
            self._open.discard(writer)
            writer.close()

    async def _next(self, reader: _Reader, writer: asyncio.StreamWriter) -> Exchange | None:
        head = await reader.readuntil(b"\r\n\r\n")
        line, headers = _parsed(head)
        method, target, _version = line.split(" ", 2)
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        self.requests += 1
        return Exchange(self, self._loop, reader, writer, method, target, headers, body, self.requests)


class Exchange:
    """One request, and what the fault does about it."""

    def __init__(
        self,
        proxy: Proxy,
        loop: Loop,
        reader: _Reader,
        writer: asyncio.StreamWriter,
        method: str,
        target: str,
        headers: t.Mapping[str, str],
        body: bytes,
        number: int,
    ) -> None:
        parts = urlsplit(target)
        self.proxy, self._loop, self._reader, self._writer = proxy, loop, reader, writer
        self._method, self._target, self._headers, self._body = method, target, headers, body
        self.number = number
        self.path = parts.path
        self.query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.verb = _VERBS.get(method) or self._reading()
        self.content_type = headers.get("content-type", "")
        self.over = False
        self.began = False
        self._upstream: Connection | None = None

    @property
    def writes(self) -> bool:
        """Whether it changes anything."""
        return self._method != "GET" and "dryRun" not in self.query and not self.path.endswith("reviews")

    def _reading(self) -> str:
        if "watch" in self.query:
            return "watch"
        return "list" if len(_PREFIX.sub("", self.path).split("/")) in (1, 3) else "get"

    def tries(self) -> int:
        """Which try of this very request it is, from 1; 0 for the first contact of all, which every fault spares."""
        if self.number == 1:
            return 0
        key = (self.verb, self.path, self.query.get("labelSelector"), self.query.get("fieldSelector"))
        self.proxy.memory[key] = self.proxy.memory.get(key, 0) + 1
        return int(self.proxy.memory[key])

    def first(self, times: int = 1) -> bool:
        """Whether it is one of the first tries of this very request."""
        return 0 < self.tries() <= times

    def strike(self) -> None:
        """Count that the fault has been played."""
        self.proxy.strikes += 1

    async def forward(self) -> Answer:
        """The real server's whole answer."""
        status, headers = await self._ask()
        body = b"".join([piece async for piece in self._pieces(headers)])
        if self._upstream:
            self._loop.idle.append(self._upstream)
            self._upstream = None
        if self.writes and 200 <= status < 300:
            self.proxy.writes.append(Written(self.verb, self.path, _unpinned(self._body), self.content_type))
        return Answer(status, body, {"Content-Type": headers.get("content-type", "application/json")})

    async def events(self) -> t.AsyncIterator[bytes]:
        """The lines of a watch as the real server sends them, until it or the client ends it."""
        status, headers = await self._ask()
        if status != 200:
            body = b"".join([piece async for piece in self._pieces(headers)])
            await self.answer(Answer(status, body))
            return
        await self.begin()
        rest = b""
        async for piece in self._pieces(headers):
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                yield line + b"\n"

    async def begin(self) -> None:
        """Say yes to a watch."""
        self.began = True
        self._writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
        await self._writer.drain()

    async def send(self, data: bytes) -> None:
        """A piece of a watch."""
        self._writer.write(b"%x\r\n%s\r\n" % (len(data), data))
        await self._writer.drain()

    async def end(self) -> None:
        """The proper end of a watch."""
        self._writer.write(b"0\r\n\r\n")
        await self._writer.drain()

    async def answer(self, answer: Answer) -> None:
        """Send a whole answer."""
        await self.raw(head(answer, len(answer.body)) + answer.body)

    async def refuse(
        self, code: int, message: str, *, reason: str = "", after: int | None = None, **more: t.Any
    ) -> None:
        """A refusal in Kubernetes' words, and count it."""
        self.strike()
        status = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "message": message, **more}
        body = json.dumps({**status, "reason": reason}).encode()
        headers = {"Content-Type": "application/json", **({} if after is None else {"Retry-After": str(after)})}
        await self.answer(Answer(code, body, headers))

    async def raw(self, data: bytes) -> None:
        """Bytes as they are."""
        self._writer.write(data)
        await self._writer.drain()

    async def silence(self) -> None:
        """Nothing more, until the client has had enough."""
        await self._reader.left.wait()
        self.over = True

    def hang_up(self) -> None:
        """Close the connection in order."""
        self.over = True

    def reset(self) -> None:
        """Close the connection with a TCP reset."""
        self.over = True
        reset(self._writer)

    def drop(self) -> None:
        """Forget a half-read answer of the real server."""
        if self._upstream:
            self._upstream[1].transport.abort()
            self._upstream = None

    async def _ask(self) -> tuple[int, t.Mapping[str, str]]:
        kept = ("accept", "content-type", "user-agent")
        headers = {name: value for name, value in self._headers.items() if name in kept}
        headers |= {"host": self._loop.server.host, "content-length": str(len(self._body)), **self._loop.server.headers}
        lines = [f"{self._method} {self._target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        self._upstream = await self._connection()
        reader, writer = self._upstream
        writer.write("\r\n".join([*lines, "", ""]).encode() + self._body)
        line, answered = _parsed(await reader.readuntil(b"\r\n\r\n"))
        return int(line.split(" ")[1]), answered

    async def _connection(self) -> Connection:
        while self._loop.idle:
            reader, writer = self._loop.idle.pop()
            if not reader.at_eof() and not writer.is_closing():
                return reader, writer
        server = self._loop.server
        return await asyncio.open_connection(server.host, server.port, ssl=server.tls, limit=2**24)

    async def _pieces(self, headers: t.Mapping[str, str]) -> t.AsyncIterator[bytes]:
        """The pieces of a body; ends early, and with it the connection, when the client leaves."""
        reader = t.cast("Connection", self._upstream)[0]
        if headers.get("transfer-encoding") != "chunked":
            yield await reader.readexactly(int(headers.get("content-length", 0)))
            return
        left = asyncio.create_task(self._reader.left.wait())
        try:
            while True:
                chunk = asyncio.create_task(_chunk(reader))
                chunk.add_done_callback(_known)
                await asyncio.wait({chunk, left}, return_when=asyncio.FIRST_COMPLETED)
                if not chunk.done():
                    chunk.cancel()
                    with contextlib.suppress(asyncio.CancelledError):
                        await chunk
                    self.over = True
                    self.drop()
                    return
                if not chunk.result():
                    return
                yield chunk.result()
        finally:
            left.cancel()


def head(answer: Answer, length: int | None) -> bytes:
    """Status line and headers; without a length the body ends with the connection."""
    lines = [f"HTTP/1.1 {answer.status} {'OK' if answer.status < 300 else 'No'}"]
    lines += [f"{name}: {value}" for name, value in answer.headers.items()]
    lines.append("Connection: close" if length is None else f"Content-Length: {length}")
    return "\r\n".join([*lines, "", ""]).encode()


def reset(writer: asyncio.StreamWriter) -> None:
    """Close with a TCP reset."""
    with contextlib.suppress(OSError):
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()


def _known(task: asyncio.Task[bytes]) -> None:
    """Take note of how it ended, for who began it may have been cancelled: asyncio prints a traceback of what nobody has asked for."""
    if not task.cancelled():
        task.exception()


async def _chunk(reader: asyncio.StreamReader) -> bytes:
    size = int((await reader.readuntil(b"\r\n")).split(b";")[0], 16)
    data = await reader.readexactly(size)
    await reader.readexactly(2)
    return data


def _parsed(head: bytes) -> tuple[str, dict[str, str]]:
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    pairs = (line.partition(":") for line in lines)
    return first, {name.lower(): value.strip() for name, _colon, value in pairs}


def _unpinned(body: bytes) -> str:
    try:
        content = json.loads(body or b"{}")
    except ValueError:
        return body.decode(errors="replace")
    if isinstance(content, dict):
        content.get("metadata", {}).pop("resourceVersion", None)
    return json.dumps(content, sort_keys=True)
