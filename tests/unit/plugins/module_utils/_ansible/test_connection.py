# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.steady.rollout.plugins.doc_fragments.connection import ModuleDocFragment
from ansible_collections.steady.rollout.plugins.module_utils._ansible import connection
from ansible_collections.steady.rollout.plugins.module_utils._cluster.options import Options


def parsed(**params: t.Any) -> Options:
    result = ArgumentSpecValidator(connection.ARGUMENT_SPEC).validate(params)
    assert result.error_messages == []
    return connection.options(result.validated_parameters)


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection.os, "environ", {})


def test_nothing_given_is_nothing() -> None:
    assert parsed() == Options()


def test_options_and_their_documentation_agree() -> None:
    documented = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]
    assert documented.keys() == connection.ARGUMENT_SPEC.keys()
    for name, spec in connection.ARGUMENT_SPEC.items():
        assert documented[name]["type"] == spec["type"], name
        assert documented[name].get("aliases", []) == spec.get("aliases", []), name


def test_aliases_are_those_of_kubernetes_core() -> None:
    options = parsed(verify_ssl="no", ssl_ca_cert="/ca", cert_file="/crt", key_file="/key")
    assert options == Options(validate_certs=False, ca_cert="/ca", client_cert="/crt", client_key="/key")


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("KUBECONFIG", "/k", {"kubeconfig": "/k"}),
        ("CONTEXT", "c", {"context": "c"}),
        ("HOST", "https://h", {"host": "https://h"}),
        ("API_KEY", "k", {"api_key": "k"}),
        ("USERNAME", "u", {"username": "u"}),
        ("PASSWORD", "p", {"password": "p"}),
        ("VERIFY_SSL", "False", {"validate_certs": False}),
        ("VALIDATE_CERTS", "true", {"validate_certs": True}),
        ("SSL_CA_CERT", "/ca", {"ca_cert": "/ca"}),
        ("CA_CERT", "/ca", {"ca_cert": "/ca"}),
        ("CERT_FILE", "/crt", {"client_cert": "/crt"}),
        ("CLIENT_KEY", "/key", {"client_key": "/key"}),
        ("PROXY", "http://p", {"proxy": "http://p"}),
        ("NO_PROXY", "a,b", {"no_proxy": "a,b"}),
        ("PROXY_HEADERS_USER_AGENT", "me", {"proxy_headers": {"user_agent": "me"}}),
        ("PROXY_HEADERS_PROXY_BASIC_AUTH", "u:p", {"proxy_headers": {"proxy_basic_auth": "u:p"}}),
        ("PERSIST_CONFIG", "yes", {"persist_config": True}),
        ("IMPERSONATE_USER", "eve", {"impersonate_user": "eve"}),
        ("IMPERSONATE_GROUPS", "a,b", {"impersonate_groups": ("a", "b")}),
    ],
)
def test_the_environment_speaks_for_what_is_not_given(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, expected: dict[str, t.Any]
) -> None:
    monkeypatch.setattr(connection.os, "environ", {f"K8S_AUTH_{variable}": value})
    assert parsed() == Options(**expected)


def test_an_empty_variable_is_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection.os, "environ", {"K8S_AUTH_VALIDATE_CERTS": "", "K8S_AUTH_VERIFY_SSL": "no"})
    assert parsed() == Options(validate_certs=False)


def test_a_given_option_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection.os, "environ", {"K8S_AUTH_CONTEXT": "other"})
    assert parsed(context="mine").context == "mine"


def test_secrets_within_a_kubeconfig_are_found() -> None:
    users = [{"name": "u", "user": {"token": "one", "client-key-data": "two", "auth-provider": {"id-token": "three"}}}]
    assert connection.secrets({"kubeconfig": {"users": users}}) == {"one", "two", "three"}
    assert connection.secrets({"kubeconfig": "/path"}) == set()


def test_the_text_of_a_kubeconfig_in_place_of_its_path_is_a_secret() -> None:
    assert connection.secrets({"kubeconfig": "users:\n- hidden"}) == {"users:\n- hidden"}
    assert connection.secrets({"kubeconfig": '{"users": []}'}) == {'{"users": []}'}


def test_a_password_in_the_proxys_address_is_a_secret() -> None:
    assert connection.secrets({"proxy": "http://ada:hidden@proxy:3128"}) == {"hidden"}
    assert connection.secrets({"proxy": "http://proxy:3128"}) == set()
    assert connection.secrets({"proxy": "http://[hidden"}) == {"http://[hidden"}


def test_secret_variables_of_a_credential_plugin_are_found_by_their_names() -> None:
    env = [{"name": "AWS_SECRET_ACCESS_KEY", "value": "hidden"}, {"name": "AWS_PROFILE", "value": "prod"}]
    users = [{"name": "u", "user": {"exec": {"command": "aws", "env": env}}}]
    assert connection.secrets({"kubeconfig": {"users": users}}) == {"hidden"}
