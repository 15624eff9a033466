# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._cluster import origin


def test_nothing_of_a_kubeconfig_that_was_given_as_such_is_told() -> None:
    assert "token" not in origin.source({"users": [{"name": "ada", "user": {"token": "very-secret"}}]})
    assert origin.source("/etc/kubeconfig") == "kubeconfig /etc/kubeconfig"


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", "")
    assert origin.default_location() == "~/.kube/config"
    monkeypatch.setenv("KUBECONFIG", "/a:/b")
    assert origin.default_location() == "/a:/b"
