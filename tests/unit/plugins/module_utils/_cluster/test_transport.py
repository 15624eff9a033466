# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import errno
import socket
import ssl
import threading
import typing as t

import pytest
import urllib3

from ansible_collections.steady.rollout.plugins.module_utils._cluster import transport
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._cluster.api_server import (
    ApiServer,
    Nothing,
    Reply,
    Stream,
)


def exchange(server: ApiServer, *, stream: bool = False, read: float = 5.0) -> t.Any:
    with urllib3.PoolManager() as pool:
        return transport.exchange(
            pool, "GET", f"{server.url}/api/v1/x", headers={}, body=None, connect=1.0, read=read, stream=stream
        )


def test_every_status_is_an_answer(server: ApiServer) -> None:
    server.plays("get", Reply(503, {"kind": "Status"}, {"Retry-After": "1"}))
    assert exchange(server).status == 503
    assert server.count("get") == 1


@pytest.mark.parametrize("lost", [Nothing(), Reply(body={}, cut=True)], ids=["reset", "cut answer"])
def test_a_lost_answer_may_have_been_carried_out(server: ApiServer, lost: t.Any) -> None:
    server.plays("get", lost)
    with pytest.raises(transport.NoAnswer) as silence:
        exchange(server)
    assert silence.value.sent


def test_a_refused_connection_was_never_sent() -> None:
    with urllib3.PoolManager() as pool, pytest.raises(transport.NoAnswer, match="connection refused") as silence:
        transport.exchange(
            pool, "GET", "http://127.0.0.1:1/", headers={}, body=None, connect=1.0, read=1.0, stream=False
        )
    assert not silence.value.sent


def test_a_proxy_that_refuses_is_named_and_not_the_server() -> None:
    with (
        urllib3.ProxyManager("http://127.0.0.1:1") as pool,
        pytest.raises(transport.NoAnswer, match=r"^proxy 127\.0\.0\.1:1: connection refused$") as silence,
    ):
        transport.exchange(pool, "GET", "https://a.example", headers={}, body=None, connect=1.0, read=1.0, stream=False)
    assert not silence.value.sent


def test_silence_is_told_in_seconds(server: ApiServer) -> None:
    server.plays("get", Nothing(silence=True))
    with pytest.raises(transport.NoAnswer, match=r"connected, but no answer within [\d.]+ s"):
        exchange(server, read=0.05)


def test_a_cut_stream_ends_with_no_answer(server: ApiServer) -> None:
    server.plays("get", Stream((b"one\ntwo\nthr",), "cut"))
    lines = transport.lines(exchange(server, stream=True))
    assert [next(lines), next(lines)] == [b"one", b"two"]
    with pytest.raises(transport.NoAnswer):
        next(lines)


def test_hanging_up_wakes_the_thread_that_reads(server: ApiServer) -> None:
    server.plays("get", Stream((b"one\n",)))
    response = exchange(server, stream=True)
    lines = transport.lines(response)
    assert next(lines) == b"one"
    hanging_up = threading.Timer(0.01, transport.hang_up, [response])
    hanging_up.start()
    with pytest.raises(transport.NoAnswer):
        next(lines)
    hanging_up.join()


def test_hanging_up_twice_is_harmless(server: ApiServer) -> None:
    server.plays("get", Stream((), "end"))
    response = exchange(server, stream=True)
    response.close()
    transport.hang_up(response)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.EHOSTUNREACH, "No route to host"), "no route to host"),
        (socket.gaierror(-2, "Name or service not known"), "the host name does not resolve"),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number"), "TLS failed"),
        (
            urllib3.exceptions.ProtocolError("broken", ConnectionResetError(104, "Connection reset by peer")),
            "connection reset",
        ),
        (OSError("Tunnel connection failed: 407 Proxy Authentication Required"), "it answered 407 Proxy"),
        (urllib3.exceptions.HTTPError("no words"), "the connection was cut"),
    ],
)
def test_failures_are_told_in_words(error: Exception, words: str) -> None:
    assert transport.in_words(error).startswith(words)
