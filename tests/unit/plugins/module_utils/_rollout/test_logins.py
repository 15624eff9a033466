# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import json
import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import logins

Json = dict[str, t.Any]


def coded(value: str) -> str:
    return base64.b64encode(value.encode()).decode()


def secret(key: str, content: t.Any) -> Json:
    text = content if isinstance(content, str) else json.dumps(content)
    return {"metadata": {"namespace": "shop", "name": "pull"}, "data": {key: coded(text)}}


def test_both_forms_of_a_pull_secret_are_read() -> None:
    auths = {
        "registry.example": {"auth": coded("me:pass:word")},
        "https://index.docker.io/v1/": {"username": "u", "password": "p"},
    }
    found = logins.read(secret(".dockerconfigjson", {"auths": auths}))
    assert [(login.place, login.username, login.password, login.origin) for login in found] == [
        ("registry.example", "me", "pass:word", "Secret shop/pull"),
        ("docker.io", "u", "p", "Secret shop/pull"),
    ]
    assert logins.read(secret(".dockercfg", auths)) == found


@pytest.mark.parametrize(
    "content", ["", "not json", "[]", '{"auths": []}', '{"auths": {"a.io": {}}}', '{"auths": {"a.io": {"auth": "%%"}}}']
)
def test_what_cannot_be_read_counts_as_none(content: str) -> None:
    assert logins.read(secret(".dockerconfigjson", content)) == ()
    assert logins.read({"metadata": {}, "data": None}) == ()


def test_a_login_does_not_show_itself() -> None:
    assert "hunter2" not in repr(logins.Login("a.io", "hunter2", "hunter2"))


@pytest.mark.parametrize(
    ("place", "repository", "fits"),
    [
        ("registry.example", "registry.example/app", True),
        ("registry.example", "registry.example:5000/app", False),
        ("registry.example/team", "registry.example/team/app", True),
        ("registry.example/team", "registry.example/team2/app", False),
        ("*.example", "registry.example/app", True),
        ("*.example", "a.registry.example/app", False),
        ("https://registry.example/v2/", "registry.example/app", True),
        ("docker.io", "nginx", True),
        ("registry", "registry/app", False),
    ],
)
def test_a_login_is_for_its_own_registry_alone(place: str, repository: str, fits: bool) -> None:
    found = logins.read(secret(".dockercfg", {place: {"username": "u", "password": "p"}}))
    assert bool(logins.fitting(found, repository)) is fits


def test_the_most_particular_comes_first() -> None:
    found = [logins.Login(place, "u", "p") for place in ("a.io", "a.io/team/app", "a.io/team")]
    assert [login.place for login in logins.fitting(found, "a.io/team/app")] == ["a.io/team/app", "a.io/team", "a.io"]


def test_pods_get_their_own_pull_secrets_or_those_of_their_account() -> None:
    account = {"imagePullSecrets": [{"name": "theirs"}]}
    assert logins.names({"spec": {"imagePullSecrets": [{"name": "own"}, {"name": "own"}]}}, account) == ("own",)
    assert logins.names({"spec": {}}, account) == ("theirs",)
    assert logins.names({"spec": {}}, {}) == ()
    assert (logins.account({"spec": {"serviceAccountName": "robot"}}), logins.account({})) == ("robot", "default")
