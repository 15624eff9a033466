# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
import tempfile
import typing as t
from pathlib import Path

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import POD, Scope
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._cluster.api_server import ApiServer, Reply
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._cluster.certificates import Authority

Connect = t.Callable[..., t.Any]

EMPTY = Reply(body={"metadata": {"resourceVersion": "1"}, "items": []})
PODS = Scope(POD, "shop")


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def kubeconfig(server: ApiServer, authority: Authority, **cluster: t.Any) -> dict[str, t.Any]:
    certificate, key = authority.issue("someone").inline
    ca = {"certificate-authority-data": authority.own.inline[0]}
    return {
        "current-context": "c",
        "clusters": [{"name": "k", "cluster": {"server": server.url, **ca, **cluster}}],
        "users": [{"name": "u", "user": {"client-certificate-data": certificate, "client-key-data": key}}],
        "contexts": [{"name": "c", "context": {"cluster": "k", "user": "u"}}],
    }


def test_inline_keys_leave_no_file_behind(
    tls_server: ApiServer, connected: Connect, authority: Authority, temporary: Path
) -> None:
    tls_server.plays("list", EMPTY)
    cluster = connected(host=None, api_key=None, kubeconfig=kubeconfig(tls_server, authority))
    assert list(temporary.iterdir()) == []
    assert cluster.list(PODS) == []


def test_credentials_can_be_loaded_twice(
    tls_server: ApiServer, connected: Connect, authority: Authority, temporary: Path
) -> None:
    tls_server.plays("list", Reply(401), EMPTY)
    connected(host=None, api_key=None, kubeconfig=kubeconfig(tls_server, authority)).list(PODS)
    assert list(temporary.iterdir()) == []


def test_key_files_can_be_options(tls_server: ApiServer, connected: Connect, authority: Authority) -> None:
    tls_server.plays("list", EMPTY)
    mine = authority.issue("someone")
    options = {
        "ca_cert": str(authority.own.certificate),
        "client_cert": str(mine.certificate),
        "client_key": str(mine.key),
    }
    assert connected(host=tls_server.url, **options).list(PODS) == []


def test_another_name_for_the_server_is_checked(
    tls_server: ApiServer, connected: Connect, authority: Authority
) -> None:
    tls_server.plays("list", EMPTY)
    named = kubeconfig(tls_server, authority, **{"tls-server-name": "kube.example"})
    assert connected(host=None, api_key=None, kubeconfig=named).list(PODS) == []
    wrong = kubeconfig(tls_server, authority, **{"tls-server-name": "other.example"})
    with pytest.raises(errors.Unreachable, match="its certificate cannot be trusted"):
        connected(host=None, api_key=None, kubeconfig=wrong).list(PODS)


def test_a_key_with_a_passphrase_is_refused_without_asking(
    tls_server: ApiServer, connected: Connect, authority: Authority, tmp_path: Path
) -> None:
    from cryptography.hazmat.primitives import serialization

    mine, locked = authority.issue("someone"), tmp_path / "locked.key"
    key = serialization.load_pem_private_key(mine.key.read_bytes(), None)
    how = serialization.BestAvailableEncryption(b"secret")
    locked.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how))
    with pytest.raises(errors.InvalidInput, match=f"The client key {locked} is encrypted"):
        connected(host=tls_server.url, client_cert=str(mine.certificate), client_key=str(locked))


def test_a_certificate_without_its_key_is_refused(
    tls_server: ApiServer, connected: Connect, authority: Authority, tmp_path: Path
) -> None:
    certificate = str(authority.issue("someone").certificate)
    for key, reason in (
        (None, "the key is missing"),
        (str(tmp_path / "absent"), "absent cannot be used: no such file"),
    ):
        with pytest.raises(errors.InvalidInput, match=reason):
            connected(host=tls_server.url, client_cert=certificate, client_key=key)


@pytest.mark.parametrize("proxy", ["127.0.0.1:3128", "ftp://hidden:hidden@127.0.0.1", "http://"])
def test_a_proxy_that_is_no_url_is_refused_unseen(server: ApiServer, connected: Connect, proxy: str) -> None:
    with pytest.raises(errors.InvalidInput, match="proxy's address is not a URL") as refusal:
        connected(proxy=proxy)
    assert "hidden" not in str(refusal.value)


def test_what_a_proxys_address_says_before_the_at_is_sent_to_it(server: ApiServer, connected: Connect) -> None:
    """Over plain HTTP a proxy sees the whole request; here the server itself is the proxy."""
    server.plays("list", EMPTY)
    connected(host="http://kube.example", proxy=server.url.replace("://", "://ada:p%40ss@")).list(PODS)
    sent = server.requests("list")[0].header("Proxy-Authorization")
    assert [base64.b64decode(value.partition(" ")[2]) for value in sent] == [b"ada:p@ss"]


def test_an_unknown_authority_is_not_trusted(tls_server: ApiServer, connected: Connect) -> None:
    with pytest.raises(errors.Unreachable, match="its certificate cannot be trusted"):
        connected(host=tls_server.url).list(PODS)


def test_checking_can_be_turned_off(tls_server: ApiServer, connected: Connect, authority: Authority) -> None:
    tls_server.plays("list", EMPTY)
    mine = authority.issue("someone")
    options = {"client_cert": str(mine.certificate), "client_key": str(mine.key), "validate_certs": False}
    assert connected(host=tls_server.url, **options).list(PODS) == []


@pytest.mark.parametrize(
    ("option", "says"),
    [
        ("ca_cert", "The CA certificate /no/file cannot be used: no such file"),
        ("client_cert", "The client certificate or key"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(connected: Connect, option: str, says: str) -> None:
    with pytest.raises(errors.InvalidInput, match=says):
        connected(host="https://a", **{option: "/no/file"})


def test_a_broken_inline_certificate_is_named_by_its_kubeconfig(
    connected: Connect, server: ApiServer, authority: Authority
) -> None:
    broken = kubeconfig(server, authority, **{"certificate-authority-data": "aGlkZGVu"})
    broken["clusters"][0]["cluster"]["server"] = "https://a"
    with pytest.raises(errors.InvalidInput, match="CA certificate of the kubeconfig that was given as a dictionary"):
        connected(host=None, api_key=None, kubeconfig=broken)


def test_a_proxy_is_gone_through_with_its_headers(server: ApiServer, connected: Connect) -> None:
    server.plays("list", EMPTY)
    connected(host="http://kube.invalid", proxy=server.url, proxy_headers={"proxy_basic_auth": "u:p"}).list(PODS)
    (seen,) = server.requests("list")
    assert seen.header("Host") == ["kube.invalid"]
    assert seen.header("Proxy-Authorization") == ["Basic dTpw"]


@pytest.mark.parametrize("no_proxy", ["127.0.0.1", "10.0.0.0/8,127.0.0.0/8", "*", ".example, 127.0.0.1"])
def test_a_proxy_is_gone_around(server: ApiServer, connected: Connect, no_proxy: str) -> None:
    server.plays("list", EMPTY)
    assert connected(proxy="http://proxy.invalid", no_proxy=no_proxy).list(PODS) == []


@pytest.mark.usefixtures("no_names")
def test_a_domain_is_gone_around_with_all_below_it(connected: Connect) -> None:
    with pytest.raises(errors.Unreachable, match="the host name does not resolve"):
        connected(host="http://a.example:80", proxy="http://127.0.0.1:1", no_proxy=".example").list(PODS)
    with pytest.raises(errors.Unreachable, match="connection refused"):
        connected(host="http://counterexample:80", proxy="http://127.0.0.1:1", no_proxy=".example").list(PODS)
