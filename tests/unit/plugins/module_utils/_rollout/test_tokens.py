# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import moments, tokens
from ansible_collections.steady.rollout.tests.unit import issuing

CLUSTER = {"server": "https://10.0.0.1:6443"}


def test_a_token_says_whose_it_is_and_when_it_ends() -> None:
    found = tokens.claims(issuing.token(3600))
    assert found
    assert (found.namespace, found.name, found.uid) == ("shop", "upgrade", "u-1")
    assert moments.iso(found.issued) == issuing.NOW
    assert moments.iso(found.expires) == "2026-11-23T11:00:00Z"


@pytest.mark.parametrize("other", ["", "opaque", "a.b.c", "a.e30.c", "a.bnVsbA.c", "abcdef.0123456789abcdef"])
def test_another_token_says_nothing(other: str) -> None:
    assert tokens.claims(other) is None


def test_a_kubeconfig_has_one_context_in_the_namespace_and_is_known_again() -> None:
    text = tokens.kubeconfig(CLUSTER, "shop", "upgrade", issuing.token(3600))
    content = json.loads(text)
    assert content["current-context"] == content["contexts"][0]["name"] == "shop/upgrade"
    assert content["contexts"][0]["context"]["namespace"] == "shop"
    carried = tokens.carried(text)
    assert carried
    assert carried[0] == CLUSTER
    assert carried[1].name == "upgrade"


@pytest.mark.parametrize(
    "other", ["", "a: b", "[]", "{}", '{"clusters": [{"cluster": {}}], "users": [{"user": {"token": 1}}]}']
)
def test_another_file_is_not_one_of_ours(other: str) -> None:
    assert tokens.carried(other) is None
