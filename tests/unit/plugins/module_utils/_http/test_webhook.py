# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime
import email.utils
import inspect
import ipaddress
import json
import pathlib
import re
import ssl
import time
import typing as t
from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ansible_collections.steady.rollout.plugins.module_utils._http import webhook
from ansible_collections.steady.rollout.plugins.module_utils._http.webhook import Delivery, Webhook
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._http.conftest import (
        Behaviour,
        Peer,
        Server,
    )

    Serve = t.Callable[[Behaviour], Server]

TOKEN = "T0C4F3B4B3/hunter2hunter2"
DOCUMENT = {"text": "Upgraded Deployment shop/app; n\N{LATIN SMALL LETTER E WITH ACUTE}e 2.0"}
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*PROXIES, *map(str.upper, PROXIES)):
        monkeypatch.delenv(name, raising=False)


def body_of(peer: Peer) -> bytes:
    """The body of the next request."""
    found = re.search(rb"(?i)content-length: (\d+)", peer.request())
    size = int(found[1]) if found else 0
    body = b""
    while len(body) < size:
        body += peer.connection.recv(size - len(body))
    return body


def answering(*answers: tuple[str, str, str]) -> Behaviour:
    """Gives each connection its answer, status, headers and body; the last one to all that follow."""

    def behave(peer: Peer, number: int) -> None:
        body_of(peer)
        status, more, body = answers[min(number, len(answers) - 1)]
        peer.answer(body, status, more)

    return behave


def hook(server: Server, **more: t.Any) -> Webhook:
    return replace(Webhook(f"{server.url}services/{TOKEN}", timeout=2.0), **more)


class Pauses(list[float]):
    """Keeps how long one should have waited, and does not."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def test_the_document_is_posted_whole(serve: Serve) -> None:
    bodies = []

    def behave(peer: Peer, _number: int) -> None:
        bodies.append(body_of(peer))
        peer.answer("ok")

    server = serve(behave)
    assert webhook.deliver(hook(server, headers={"X-Site": "shop"}), DOCUMENT) == Delivery(True, 1, 200)
    assert json.loads(bodies[0]) == DOCUMENT
    (head,) = server.requests
    assert head.startswith(f"POST /services/{TOKEN} HTTP/1.1\r\n".encode())
    assert b"Content-Type: application/json\r\n" in head
    assert b"X-Site: shop\r\n" in head
    assert b"User-Agent: steady.rollout.rollout_notify\r\n" in head


@pytest.mark.parametrize("status", ["201 Created", "202 Accepted", "204 No Content"])
def test_every_2xx_is_a_yes(serve: Serve, status: str) -> None:
    assert webhook.deliver(hook(serve(answering((status, "", "")))), DOCUMENT).sent


@pytest.mark.parametrize("status", ["429 Too Many Requests", "500 Internal Server Error", "503 Service Unavailable"])
def test_what_may_pass_is_outlived(serve: Serve, status: str) -> None:
    pauses = Pauses()
    server = serve(answering((status, "", ""), (status, "", ""), ("200 OK", "", "ok")))
    assert webhook.deliver(hook(server), DOCUMENT, pauses) == Delivery(True, 3, 200)
    first, second = pauses
    assert 0.75 <= first <= 1.25
    assert 1.5 <= second <= 2.5


@pytest.mark.parametrize(
    ("asked", "least", "most"),
    [
        ("7", 7, 7),
        ("3600", 30, 30),
        ("soon", 0.75, 1.25),
        ("0", 0.75, 1.25),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.75, 1.25),
    ],
)
def test_a_server_says_when_to_come_back_within_reason(serve: Serve, asked: str, least: float, most: float) -> None:
    pauses = Pauses()
    server = serve(answering(("429 Too Many Requests", f"Retry-After: {asked}\r\n", ""), ("200 OK", "", "ok")))
    assert webhook.deliver(hook(server), DOCUMENT, pauses).sent
    assert least <= pauses[0] <= most


def test_a_server_may_say_so_by_a_date(serve: Serve) -> None:
    pauses = Pauses()
    later = email.utils.formatdate(time.time() + 20, usegmt=True)
    server = serve(answering(("503 Service Unavailable", f"Retry-After: {later}\r\n", ""), ("200 OK", "", "ok")))
    assert webhook.deliver(hook(server), DOCUMENT, pauses).sent
    assert 10 <= pauses[0] <= 20


@pytest.mark.parametrize(
    ("status", "said"),
    [("400 Bad Request", "invalid_payload"), ("403 Forbidden", "action_prohibited"), ("404 Not Found", "")],
)
def test_what_cannot_pass_is_told_at_once(serve: Serve, status: str, said: str) -> None:
    delivery = webhook.deliver(hook(serve(answering((status, "", said)))), DOCUMENT, Pauses())
    assert delivery == Delivery(False, 1, int(status[:3]), f"{status}: {said}" if said else status)


@pytest.mark.parametrize("status", ["301 Moved Permanently", "307 Temporary Redirect", "308 Permanent Redirect"])
def test_a_redirect_is_not_followed_and_not_shown(serve: Serve, status: str) -> None:
    elsewhere = serve(answering(("200 OK", "", "ok")))
    server = serve(answering((status, f"Location: {elsewhere.url}{TOKEN}\r\n", "")))
    delivery = webhook.deliver(hook(server), DOCUMENT, Pauses())
    assert (delivery.sent, delivery.attempts) == (False, 1)
    assert "it redirects, which is not followed" in delivery.reason
    assert elsewhere.connections == 0
    assert "hunter2" not in delivery.reason


def test_nobody_there_is_asked_as_often_as_allowed(nobody: str) -> None:
    pauses = Pauses()
    delivery = webhook.deliver(Webhook(f"{nobody}{TOKEN}", retries=2), DOCUMENT, pauses)
    assert delivery == Delivery(False, 3, 0, "Connection refused")
    assert len(pauses) == 2


def test_no_retries_are_one_attempt(nobody: str) -> None:
    assert webhook.deliver(Webhook(nobody, retries=0), DOCUMENT, Pauses()).attempts == 1


def test_a_slow_server_is_given_up_in_time(serve: Serve) -> None:
    server = serve(lambda peer, _number: peer.stall())
    delivery = webhook.deliver(hook(server, timeout=0.2, retries=1), DOCUMENT, Pauses())
    assert delivery == Delivery(False, 2, 0, "no complete answer within 0.2 s")


def test_words_that_trickle_do_not_hold_it_up(serve: Serve) -> None:
    def trickle(peer: Peer, _number: int) -> None:
        body_of(peer)
        peer.send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 100000\r\n\r\n")
        while not peer.closing.wait(0.05):
            peer.send(b"x")

    started = time.monotonic()
    delivery = webhook.deliver(hook(serve(trickle), timeout=0.3), DOCUMENT, Pauses())
    assert delivery.reason == "400 Bad Request"
    assert time.monotonic() - started < 60


def test_a_connection_that_breaks_is_tried_again(serve: Serve) -> None:
    def behave(peer: Peer, number: int) -> None:
        body_of(peer)
        if number == 0:
            peer.reset()
        else:
            peer.answer("ok")

    assert webhook.deliver(hook(serve(behave)), DOCUMENT, Pauses()) == Delivery(True, 2, 200)


def test_an_answer_that_repeats_the_address_shows_nothing_of_it(serve: Serve) -> None:
    server = serve(answering(("404 Not Found", "", f"no hook at http://127.0.0.1/services/{TOKEN}")))
    delivery = webhook.deliver(hook(server), DOCUMENT, Pauses())
    assert delivery.reason == "404 Not Found: no hook at http://***/***"


def own_certificate(folder: pathlib.Path) -> pathlib.Path:
    """A certificate for 127.0.0.1 that vouches for itself, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "hooks.lab")])
    now = datetime.datetime.now(datetime.timezone.utc)
    uses = dict.fromkeys(inspect.signature(x509.KeyUsage).parameters, False)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**{**uses, "digital_signature": True, "key_cert_sign": True}), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    file = folder / "server.pem"
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    file.write_bytes(certificate.public_bytes(pem) + secret)
    return file


def tls(serve: Serve, certificate: pathlib.Path) -> Webhook:
    """A webhook on a server with that certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def behave(peer: Peer, number: int) -> None:
        with context.wrap_socket(peer.connection, server_side=True) as secured:
            peer.connection = secured
            answering(("200 OK", "", "ok"))(peer, number)

    return Webhook(serve(behave).url.replace("http:", "https:") + TOKEN, retries=0)


def test_a_certificate_that_nobody_knows_is_not_trusted(serve: Serve, tmp_path: pathlib.Path) -> None:
    delivery = webhook.deliver(tls(serve, own_certificate(tmp_path)), DOCUMENT, Pauses())
    assert not delivery.sent
    assert "certificate is not trusted" in delivery.reason


def test_a_certificate_that_the_system_knows_is_trusted(
    serve: Serve, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = own_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert webhook.deliver(tls(serve, certificate), DOCUMENT, Pauses()) == Delivery(True, 1, 200)


def test_the_certificate_is_not_looked_at_where_that_is_asked_for(serve: Serve, tmp_path: pathlib.Path) -> None:
    unchecked = replace(tls(serve, own_certificate(tmp_path)), validate_certs=False)
    assert webhook.deliver(unchecked, DOCUMENT, Pauses()).sent


def test_the_proxy_of_the_environment_is_used(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = serve(answering(("200 OK", "", "ok")))
    monkeypatch.setenv("http_proxy", proxy.url.replace("//", "//ops:letmein@"))
    assert webhook.deliver(Webhook(f"http://hooks.invalid/{TOKEN}"), DOCUMENT, Pauses()).sent
    (head,) = proxy.requests
    assert head.startswith(f"POST http://hooks.invalid/{TOKEN} HTTP/1.1".encode())
    assert b"proxy-authorization: basic b3bzomxldg1law4=" in head.lower()


def test_a_proxy_that_cannot_be_meant_is_trouble_and_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "gopher://proxy.invalid")
    delivery = webhook.deliver(Webhook(f"http://hooks.invalid/{TOKEN}", retries=0), DOCUMENT, Pauses())
    assert not delivery.sent
    assert delivery.reason


def test_an_address_outside_the_proxy_is_asked_directly(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, nobody: str
) -> None:
    monkeypatch.setenv("http_proxy", nobody)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert webhook.deliver(hook(serve(answering(("200 OK", "", "ok")))), DOCUMENT, Pauses()).sent


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"url": f"hooks.lab/{TOKEN}"}, "url needs a scheme and a host"),
        ({"url": f"ftp://hooks.lab/{TOKEN}"}, "url needs a scheme and a host"),
        ({"url": f"https://hooks.lab:port/{TOKEN}"}, "url cannot be read"),
        ({"url": f"https://hooks.lab/a {TOKEN}"}, "url needs a scheme and a host"),
        ({"url": "https://ops:hunter2@hooks.lab/"}, "url carries a user name or password"),
        ({"retries": -1}, "retries: -1 is not possible"),
        ({"retries": 11}, "retries: 11 is not possible"),
        ({"headers": {"X Site": "hunter2"}}, "'X Site' is not the name"),
        ({"headers": {"X-Site": "hunter2\n"}}, "the value of X-Site"),
    ],
)
def test_what_cannot_be_meant_is_refused_without_a_secret(wrong: dict[str, t.Any], words: str) -> None:
    with pytest.raises(errors.InvalidInput) as refused:
        webhook.check(replace(Webhook(f"https://hooks.lab/{TOKEN}"), **wrong))
    assert words in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_what_makes_sense_is_accepted() -> None:
    assert webhook.check(Webhook(f"https://hooks.lab:8443/{TOKEN}?wait=true")).retries == 3


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://h/services/T/B/hunter2hunter2", {"services/T/B/hunter2hunter2", "hunter2hunter2"}),
        ("https://h/a?key=hunter2hunter2&w=1", {"a?key=hunter2hunter2&w=1", "hunter2hunter2"}),
        ("https://h/", set()),
        ("", set()),
        ("https://[h", {"https://[h"}),
    ],
)
def test_the_secrets_of_an_address_are_known_to_the_mask(url: str, found: set[str]) -> None:
    assert webhook.secrets(url) - {url} == found - {url}
    assert (url in webhook.secrets(url)) == (len(url) >= 8)
