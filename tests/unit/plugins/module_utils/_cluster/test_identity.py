# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
import json
import time
import typing as t

import pytest
from kubernetes.client import Configuration

from ansible_collections.steady.rollout.plugins.module_utils._cluster.identity import Identity, identify
from ansible_collections.steady.rollout.plugins.module_utils._cluster.options import Options
from ansible_collections.steady.rollout.plugins.module_utils._cluster.origin import Origin
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._cluster.certificates import Authority

ORIGIN = Origin("kubeconfig /c")


def identified(origin: Origin = ORIGIN, certificate: str | None = None, **options: t.Any) -> Identity:
    configuration = Configuration()
    configuration.cert_file = certificate
    return identify(Options(**options), configuration, origin)


def web_token(**claims: t.Any) -> str:
    """A JSON Web Token, as API servers issue them; nobody here looks at its signature."""
    head, body = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({}, claims))
    return f"{head}.{body}.signature"


def test_a_token_is_sent_without_the_line_break_that_files_end_with() -> None:
    assert dict(identified(api_key="key\n").headers()) == {"Authorization": "Bearer key"}


def test_a_user_and_a_password_are_basic_authentication_in_any_letters() -> None:
    sent = identified(username="ada", password="p:\u00e4").headers()["Authorization"]
    assert base64.b64decode(sent.partition(" ")[2]).decode() == "ada:p:\u00e4"


@pytest.mark.parametrize("key", ["two\nlines", "el\u2026lipsis"])
def test_a_token_that_cannot_be_sent_is_refused_unseen(key: str) -> None:
    with pytest.raises(errors.InvalidInput, match=r"token or password of the option api_key has characters") as refusal:
        identified(api_key=key).headers()
    assert key not in str(refusal.value)


def test_whom_to_act_as_is_sent_group_by_group() -> None:
    headers = identified(impersonate_user="ada", impersonate_groups=("a", "b")).headers()
    assert headers["Impersonate-User"] == "ada"
    assert headers.getlist("Impersonate-Group") == ["a", "b"]


def test_a_kubeconfig_may_say_whom_to_act_as_and_an_option_overrules_it() -> None:
    origin = Origin("kubeconfig /c", "ada", ("a",))
    assert identified(origin).headers()["Impersonate-User"] == "ada"
    assert identified(origin).headers().getlist("Impersonate-Group") == ["a"]
    bob = identified(origin, impersonate_user="bob").headers()
    assert (bob["Impersonate-User"], bob.getlist("Impersonate-Group")) == ("bob", [])


def test_groups_without_a_user_are_refused() -> None:
    with pytest.raises(errors.InvalidInput, match="impersonate_groups needs impersonate_user"):
        identified(impersonate_groups=("a",))


@pytest.mark.parametrize(
    ("options", "source"),
    [
        ({}, "kubeconfig /c"),
        ({"api_key": "k"}, "the option api_key"),
        ({"username": "u", "password": "p"}, "the options username and password"),
        ({"client_cert": "c", "client_key": "k"}, "the option client_cert"),
    ],
)
def test_where_the_credentials_are_from_is_told(options: dict[str, str], source: str) -> None:
    assert identified(**options).source == source


def test_a_token_that_says_when_it_ends_is_known_to_have_ended() -> None:
    assert identified(api_key=web_token(exp=0)).ended() == "The token ended on 1970-01-01 at 00:00 UTC."
    assert identified(api_key=web_token(exp=time.time() + 60)).ended() == ""


@pytest.mark.parametrize("key", ["opaque", "a.b.c", web_token(), "a.W10.c"])
def test_a_token_that_does_not_say_when_it_ends_has_not_ended(key: str) -> None:
    assert identified(api_key=key).ended() == ""


def test_a_certificate_is_known_to_have_ended(authority: Authority) -> None:
    old, new = (str(authority.issue(name, days).certificate) for name, days in (("old", -1.0), ("new", 1.0)))
    assert identified(certificate=old).ended().startswith("The client certificate ended on ")
    assert identified(certificate=new).ended() == ""
    assert identified(certificate=__file__).ended() == ""
