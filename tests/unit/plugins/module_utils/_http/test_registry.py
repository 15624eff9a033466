# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import hashlib
import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._http import registry
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, images
from ansible_collections.steady.rollout.plugins.module_utils._rollout.logins import Login
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._http.conftest import Behaviour, Peer, Server

Answers = dict[str, tuple[str, str, str]]
"""Method and path to status, headers and body."""
Serve = t.Callable[[Behaviour], Server]

HOST = "registry.example"
DIGEST = "sha256:" + 64 * "a"
ME = Login(HOST, "me", "hunter2", "Secret shop/pull")
HEAD, TAGS = "HEAD /v2/shop/app/manifests/2.0", "GET /v2/shop/app/tags/list"
FOUND = ("200 OK", f"Docker-Content-Digest: {DIGEST}\r\n", "")
GONE = ("404 Not Found", "", "")
BASIC = "Authorization: Basic " + base64.b64encode(b"me:hunter2").decode()


def asking(
    server: Server, *, reference: str = f"{HOST}/shop/app:2.0", logins: t.Sequence[Login] = (), **own: t.Any
) -> str:
    known = registry.places([{"host": HOST, "endpoint": server.url, **own}])
    return registry.HttpRegistries(known).digest(images.parse(reference), logins)


def scripted(answers: Answers, *, once: Answers | None = None, authorized: str = "") -> Behaviour:
    """A registry; without the header ``authorized`` it answers from ``once``."""

    def behave(peer: Peer, _number: int) -> None:
        while True:
            head = peer.request().decode()
            method, path, _rest = head.split(" ", 2)
            stranger = authorized and f"{authorized}\r\n".lower() not in head.lower()
            table = (once or {}) if stranger else answers
            status, more, body = table.get(
                f"{method} {path}", ("401 Unauthorized", 'WWW-Authenticate: Basic realm="r"\r\n', "")
            )
            length = 0 if method == "HEAD" else len(body)
            peer.send(
                f"HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{more}\r\n{'' if method == 'HEAD' else body}".encode()
            )

    return behave


def test_the_digest_is_what_the_registry_says_and_is_asked_for_once(serve: Serve) -> None:
    server = serve(scripted({HEAD: FOUND}))
    known = registry.HttpRegistries(registry.places([{"host": HOST, "endpoint": server.url}]))
    image = images.parse(f"{HOST}/shop/app:2.0")
    assert [known.digest(image, ()), known.digest(image, ())] == [DIGEST, DIGEST]
    assert len(server.requests) == 1
    for media in ("oci.image.index.v1", "docker.distribution.manifest.list.v2", "oci.image.manifest.v1", "manifest.v2"):
        assert media in server.requests[0].decode()


def test_a_registry_that_does_not_tell_the_digest_has_it_counted(serve: Serve) -> None:
    server = serve(scripted({HEAD: ("200 OK", "", ""), HEAD.replace("HEAD", "GET"): ("200 OK", "", "{}")}))
    assert asking(server) == f"sha256:{hashlib.sha256(b'{}').hexdigest()}"


@pytest.mark.parametrize(
    ("tags", "words"),
    [
        (("200 OK", "", '{"tags": ["2.10", "2.9", "1.0"]}'), "has no shop/app:2.0; it has 1.0, 2.9, 2.10."),
        (("200 OK", "", '{"tags": null}'), "has no shop/app:2.0; it has no tag of it."),
        (("200 OK", "", "<html>"), "has no shop/app:2.0."),
        (GONE, "has no shop/app:2.0, nor anything else of shop/app."),
    ],
)
def test_an_unknown_tag_is_told_with_those_there_are(serve: Serve, tags: tuple[str, str, str], words: str) -> None:
    with pytest.raises(errors.NotFound) as unknown:
        asking(serve(scripted({HEAD: GONE, TAGS: tags})))
    assert str(unknown.value) == f"{HOST} {words}"


def test_of_many_tags_the_newest_are_told(serve: Serve) -> None:
    tags = ", ".join(f'"{number}.0"' for number in range(30))
    with pytest.raises(errors.NotFound, match=r"it has 20\.0, .*, 29\.0 and 20 more\.$"):
        asking(serve(scripted({HEAD: GONE, TAGS: ("200 OK", "", f'{{"tags": [{tags}]}}')})))


def test_basic_credentials_are_sent_once_they_are_asked_for(serve: Serve) -> None:
    server = serve(scripted({HEAD: FOUND}, authorized=BASIC))
    assert asking(server, logins=[ME]) == DIGEST
    assert [b"authorization" in head.lower() for head in server.requests] == [False, True]
    assert asking(server, username="me", password="hunter2", logins=[Login(HOST, "other", "one")]) == DIGEST


def test_each_login_is_tried(serve: Serve) -> None:
    assert (
        asking(serve(scripted({HEAD: FOUND}, authorized=BASIC)), logins=[Login(HOST, "old", "one", "Secret a/b"), ME])
        == DIGEST
    )


@pytest.mark.parametrize(
    ("logins", "words"),
    [
        (
            [],
            "(401 Unauthorized) without credentials; name a pull secret in imagePullSecrets, or give username and password",
        ),
        (
            [Login(HOST, "me", "wrong", "Secret a/b")],
            "(401 Unauthorized) with the credentials from Secret a/b; correct them.",
        ),
    ],
)
def test_a_refusal_says_whose_credentials_it_was_and_shows_none(serve: Serve, logins: list[Login], words: str) -> None:
    with pytest.raises(errors.Unauthorized) as refusal:
        asking(serve(scripted({HEAD: FOUND}, authorized=BASIC)), logins=logins)
    assert f"{HOST} does not show shop/app {words}" in str(refusal.value)
    assert "wrong" not in str(refusal.value)


def challenge(realm: str) -> str:
    return f'WWW-Authenticate: Bearer realm="{realm}",service="{HOST}",scope="repository:shop/app:pull"\r\n'


@pytest.mark.parametrize("logins", [[], [ME]])
def test_a_token_is_fetched_where_the_registry_says(serve: Serve, logins: list[Login]) -> None:
    asked_for = f"GET /token?service={HOST}&scope=repository%3Ashop%2Fapp%3Apull"
    tokens = serve(scripted({asked_for: ("200 OK", "", '{"token": "t0"}')}, authorized=BASIC if logins else ""))
    once = {HEAD: ("401 Unauthorized", challenge(f"{tokens.url}token"), "")}
    server = serve(scripted({HEAD: FOUND}, once=once, authorized="Authorization: Bearer t0"))
    assert asking(server, logins=logins) == DIGEST


@pytest.mark.parametrize("answer", [("403 Forbidden", "", ""), ("200 OK", "", "[]"), ("200 OK", "", "")])
def test_a_token_service_that_gives_none_is_named(serve: Serve, answer: tuple[str, str, str]) -> None:
    asked_for = f"GET /token?service={HOST}&scope=repository%3Ashop%2Fapp%3Apull"
    tokens = serve(scripted({asked_for: answer}))
    server = serve(scripted({HEAD: ("401 Unauthorized", challenge(f"{tokens.url}token"), "")}))
    with pytest.raises(errors.Unauthorized, match=r"its token service 127\.0\.0\.1 says"):
        asking(server)


def test_credentials_are_sent_to_no_address_without_tls_that_a_registry_with_tls_names() -> None:
    manager: t.Any = None
    repository = registry._Repository(manager, registry.Place(HOST), "shop/app", ME)
    for realm in ("http://tokens.example/", "", "file:///etc/passwd"):
        with pytest.raises(errors.Unauthorized, match="an address that cannot be trusted with credentials"):
            repository._authorized(f'Bearer realm="{realm}"')


def test_a_redirect_elsewhere_is_followed_without_the_credentials(serve: Serve) -> None:
    other = serve(scripted({HEAD: FOUND}))
    moved = ("307 Temporary Redirect", f"Location: {other.url.rstrip('/')}{HEAD.partition(' ')[2]}\r\n", "")
    assert asking(serve(scripted({HEAD: moved}, authorized=BASIC)), logins=[ME]) == DIGEST
    assert b"authorization" not in other.requests[0].lower()


def test_nobody_there_is_one_sentence(nobody: str) -> None:
    known = registry.HttpRegistries(registry.places([{"host": HOST, "endpoint": nobody}]))
    with pytest.raises(
        errors.Unreachable, match=rf"^registry {HOST} does not answer at http://127\.0\.0\.1:\d+: Connection refused\.$"
    ):
        known.digest(images.parse(f"{HOST}/shop/app:2.0"), ())


def test_trouble_is_asked_again_and_then_told(serve: Serve) -> None:
    server = serve(scripted({HEAD: ("503 Service Unavailable", "Retry-After: 3600\r\n", "")}))
    with pytest.raises(
        errors.Unreachable, match="says 503 Service Unavailable when asked for shop/app; try again later"
    ):
        asking(server)
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ([{"host": "app"}], r"registries\[0\].host: 'app' is no place for images"),
        ([{"host": "a.io/team"}], r"registries\[0\].host: 'a.io/team' names a part of a registry"),
        ([{"host": "a.io"}, {"host": "A.io"}], r"registries\[1\].host: 'A.io' is there twice"),
        ([{"host": "a.io", "endpoint": "a.io:5000"}], r"registries\[0\].endpoint has to be an address"),
        ([{"host": "a.io", "endpoint": "http://me:word@a.io"}], r"registries\[0\].endpoint has to be an address"),
    ],
)
def test_what_cannot_be_a_registry_is_refused_without_showing_its_password(written: list[t.Any], words: str) -> None:
    with pytest.raises(errors.InvalidInput, match=words) as refused:
        registry.places(written)
    assert "word" not in str(refused.value).replace("without user and password", "")


def test_docker_hub_is_asked_where_it_is() -> None:
    assert registry.Place("docker.io").url == "https://registry-1.docker.io"
    assert registry.Place(HOST).url == f"https://{HOST}"
