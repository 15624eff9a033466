# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pathlib
import typing as t

import pytest
import urllib3

from ansible_collections.steady.rollout.plugins.module_utils._http import connections
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._cluster.certificates import Authority
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._http.conftest import (
    Behaviour,
    Peer,
    Server,
    answering,
)

Serve = t.Callable[[Behaviour], Server]


def test_it_goes_through_the_proxy_that_the_environment_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://me:word@127.0.0.1:3128")
    assert connections.manager("http://registry.example/").proxy.port == 3128
    monkeypatch.setenv("no_proxy", "registry.example")
    assert getattr(connections.manager("http://registry.example/"), "proxy", None) is None


@pytest.mark.parametrize("content", [None, "not a certificate"])
def test_an_authority_that_cannot_be_read_is_said(content: str | None, tmp_path: pathlib.Path) -> None:
    file = tmp_path / "ca.pem"
    if content:
        file.write_text(content)
    with pytest.raises(errors.InvalidInput, match=f"^ca_cert: {file} cannot be read as certificates"):
        connections.manager("https://registry.example/", ca_cert=str(file))


def test_a_private_authority_is_trusted_where_its_certificate_is_given(serve: Serve, tmp_path: pathlib.Path) -> None:
    authority = Authority(tmp_path)
    context = authority.serving(authority.issue("registry.example"), asks_clients=False)

    def behave(peer: Peer, number: int) -> None:
        with context.wrap_socket(peer.connection, server_side=True) as secured:
            peer.connection = secured
            answering(peer, number)

    url = serve(behave).url.replace("http:", "https:")
    known = str(authority.own.certificate)
    assert connections.manager(url, ca_cert=known).request("GET", url, retries=False).status == 200
    assert connections.manager(url, validate_certs=False).request("GET", url, retries=False).status == 200
    with pytest.raises(urllib3.exceptions.SSLError, match="CERTIFICATE_VERIFY_FAILED"):
        connections.manager(url).request("GET", url, retries=False)
