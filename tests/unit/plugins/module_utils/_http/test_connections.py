# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pathlib

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._http import connections
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors


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
