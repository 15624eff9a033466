# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._http import samples, sender, version
from ansible_collections.steady.rollout.plugins.module_utils._http.plan import Plan

TIMEOUT = 0.1


@pytest.fixture
def client_of() -> t.Iterator[t.Callable[..., sender.Sender]]:
    """Makes a client for a URL that looks for a version."""
    clients: list[sender.Sender] = []

    def make(url: str, **options: t.Any) -> sender.Sender:
        plan = Plan(url, rate=1, duration=1, **{"timeout": 2.0, **options})
        client = sender.Sender(plan, version.by_pattern(r"Version (\S+)"), sender.tls_for(plan))
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.close()


def test_a_good_answer_tells_its_version(healthy: t.Any, client_of: t.Any) -> None:
    assert client_of(healthy.url).send(new_connection=False) == sender.Answer(version="1.0")


def test_the_path_the_method_and_the_headers_are_sent_as_given(healthy: t.Any, client_of: t.Any) -> None:
    client_of(healthy.url + "a%20b?c=d", headers={"Host": "shop.lab", "X-Try": "1"}).send(False)
    head = healthy.requests[0].decode().split("\r\n")
    assert head[0] == "GET /a%20b?c=d HTTP/1.1"
    assert [line for line in head if line.startswith("Host:")] == ["Host: shop.lab"]
    assert "X-Try: 1" in head


def test_kept_requests_share_a_connection_and_new_ones_do_not(healthy: t.Any, client_of: t.Any) -> None:
    client = client_of(healthy.url)
    for new_connection in (False, True, False, True, False):
        assert client.send(new_connection).failure == ""
    assert healthy.connections == 3
    assert [b"Connection: close" in head for head in healthy.requests] == [False, True, False, True, False]


def test_a_new_connection_is_not_used_again_by_a_server_that_leaves_it_open(serve: t.Any, client_of: t.Any) -> None:
    def stay(peer: t.Any, _number: int) -> None:
        while True:
            peer.request()
            peer.answer()

    server = serve(stay)
    client = client_of(server.url)
    assert [client.send(True).failure for _number in range(3)] == ["", "", ""]
    assert server.connections == 3


@pytest.mark.parametrize("new_connection", [False, True])
def test_nobody_listening_is_a_failure_to_connect(nobody: str, client_of: t.Any, new_connection: bool) -> None:
    assert client_of(nobody).send(new_connection) == sender.Answer(samples.CONNECT, detail="Connection refused")


def test_a_name_that_cannot_exist_is_a_failure_to_connect(client_of: t.Any) -> None:
    answer = client_of("http://no..such.host/").send(True)
    assert answer.failure == samples.CONNECT
    assert answer.detail


def test_tls_to_a_server_without_tls_is_a_failure_to_connect(serve: t.Any, client_of: t.Any) -> None:
    def plain(peer: t.Any, _number: int) -> None:
        peer.connection.recv(1)
        peer.answer(status="400 Bad Request")

    url = serve(plain).url.replace("http:", "https:")
    assert client_of(url).send(True).failure == samples.CONNECT


def test_silence_is_a_timeout(serve: t.Any, client_of: t.Any) -> None:
    answer = client_of(serve(lambda peer, _number: peer.stall()).url, timeout=TIMEOUT).send(False)
    assert answer == sender.Answer(samples.TIMEOUT, detail="no complete answer within 0.1 s")


def test_an_answer_that_trickles_for_ever_is_a_timeout(serve: t.Any, client_of: t.Any) -> None:
    def trickle(peer: t.Any, _number: int) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        while not peer.closing.wait(TIMEOUT / 10):
            peer.send(b"x")

    assert client_of(serve(trickle).url, timeout=TIMEOUT).send(False).failure == samples.TIMEOUT


def test_an_answer_without_end_is_a_timeout(serve: t.Any, client_of: t.Any) -> None:
    def flood(peer: t.Any, _number: int) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            peer.send(b"x" * 65536)

    assert client_of(serve(flood).url, timeout=TIMEOUT).send(False).failure == samples.TIMEOUT


@pytest.mark.parametrize("leave", ["reset", "close"])
def test_a_connection_that_ends_instead_of_an_answer_is_a_reset(serve: t.Any, client_of: t.Any, leave: str) -> None:
    def drop(peer: t.Any, _number: int) -> None:
        peer.request()
        if leave == "reset":
            peer.reset()

    assert client_of(serve(drop).url).send(True).failure == samples.RESET


@pytest.mark.parametrize(
    "part",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nApp Version 1.0",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nf\r\nApp Version 1.0\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nApp Version 1.0",
    ],
)
def test_an_answer_cut_short_is_a_reset(serve: t.Any, client_of: t.Any, part: bytes) -> None:
    def cut(peer: t.Any, _number: int) -> None:
        peer.request()
        peer.send(part)

    assert client_of(serve(cut).url).send(True).failure == samples.RESET


def test_a_kept_connection_closed_under_a_request_is_a_reset_and_not_sent_again(serve: t.Any, client_of: t.Any) -> None:
    def close_on_second(peer: t.Any, number: int) -> None:
        peer.request()
        peer.answer()
        if number == 0:
            peer.request()
            peer.reset()
        else:
            peer.request()

    server = serve(close_on_second)
    client = client_of(server.url)
    assert [client.send(False).failure for _number in range(3)] == ["", samples.RESET, ""]
    assert len(server.requests) == 3


def test_a_kept_connection_known_to_be_closed_is_opened_anew(serve: t.Any, client_of: t.Any) -> None:
    def close_after_answer(peer: t.Any, _number: int) -> None:
        peer.request()
        peer.answer(more="Connection: close\r\n")

    client = client_of(serve(close_after_answer).url)
    assert [client.send(False).failure for _number in range(3)] == ["", "", ""]


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        ("503 Service Unavailable", samples.STATUS_5XX),
        ("500 Oops", samples.STATUS_5XX),
        ("404 Not Found", samples.STATUS_OTHER),
        ("302 Found", samples.STATUS_OTHER),
    ],
)
def test_a_bad_status_is_told_with_the_answer(serve: t.Any, client_of: t.Any, status: str, failure: str) -> None:
    def refuse(peer: t.Any, _number: int) -> None:
        peer.request()
        peer.answer("no available\nserver", status, "Location: /\r\n")

    answer = client_of(serve(refuse).url).send(True)
    assert answer == sender.Answer(failure, detail=f"{status}: no available server")


def test_the_expected_status_codes_are_the_only_good_ones(serve: t.Any, client_of: t.Any) -> None:
    def teapot(peer: t.Any, number: int) -> None:
        peer.request()
        peer.answer(status="418 I'm a teapot" if number == 0 else "200 OK")

    client = client_of(serve(teapot).url, status_codes=frozenset((418,)))
    assert [client.send(True).failure for _number in range(2)] == ["", samples.STATUS_OTHER]


def test_an_answer_without_the_version_is_unexpected(serve: t.Any, client_of: t.Any) -> None:
    def other(peer: t.Any, _number: int) -> None:
        peer.request()
        peer.answer("Welcome to nginx!")

    answer = client_of(serve(other).url).send(True)
    assert answer == sender.Answer(samples.UNEXPECTED, detail="no version in the answer: Welcome to nginx!")


def test_an_answer_that_is_not_http_is_unexpected(serve: t.Any, client_of: t.Any) -> None:
    def ssh(peer: t.Any, _number: int) -> None:
        peer.send(b"SSH-2.0-OpenSSH_9.2\r\n")
        peer.request()

    assert client_of(serve(ssh).url).send(True).failure == samples.UNEXPECTED


def test_a_compressed_answer_that_is_broken_is_unexpected(serve: t.Any, client_of: t.Any) -> None:
    def broken(peer: t.Any, _number: int) -> None:
        peer.request()
        peer.answer("not gzip at all", more="Content-Encoding: gzip\r\n")

    assert client_of(serve(broken).url).send(True).failure == samples.UNEXPECTED


def test_an_answer_without_a_body_is_complete(serve: t.Any, client_of: t.Any) -> None:
    def empty(peer: t.Any, _number: int) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 204 No Content\r\n\r\n")
        peer.stall()

    assert client_of(serve(empty).url).send(False).failure == samples.UNEXPECTED
