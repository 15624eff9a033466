# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._cluster import kubeconfig, origin
from ansible_collections.steady.rollout.plugins.module_utils._cluster.options import Options
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors

GOOD: dict[str, t.Any] = {
    "current-context": "prod",
    "clusters": [{"name": "k", "cluster": {"server": "https://10.0.0.1:6443"}}],
    "users": [{"name": "u", "user": {"token": "hidden"}}],
    "contexts": [
        {"name": "prod", "context": {"cluster": "k", "user": "u"}},
        {"name": "astray", "context": {"cluster": "gone", "user": "u"}},
    ],
}


def load(folder: Path, given: str | dict[str, t.Any] | None, context: str | None = None) -> t.Any:
    from kubernetes.client import Configuration

    configuration = Configuration()
    kubeconfig.load(Options(kubeconfig=given, context=context), configuration, str(folder))
    return configuration


def refusal(folder: Path, given: str | dict[str, t.Any] | None, context: str | None = None) -> str:
    with pytest.raises(errors.InvalidInput) as refused:
        load(folder, given, context)
    assert "hidden" not in str(refused.value)
    assert refused.value.__cause__ is None
    return str(refused.value)


def written(folder: Path, content: t.Any) -> str:
    path = folder / "config"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return str(path)


def test_a_file_and_a_dictionary_load_alike(tmp_path: Path) -> None:
    for given in (written(tmp_path, GOOD), GOOD):
        assert load(tmp_path, given).host == "https://10.0.0.1:6443"


def test_several_files_are_joined(tmp_path: Path) -> None:
    assert load(tmp_path, f"{tmp_path}/absent:{written(tmp_path, GOOD)}").host == "https://10.0.0.1:6443"


def test_a_missing_file_is_named_with_the_way_out(tmp_path: Path) -> None:
    assert refusal(tmp_path, "/no/such").startswith("There is no kubeconfig at /no/such. Name one with the option")


def test_without_any_option_the_default_place_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", "/no/default")
    assert "/no/default. No connection option was given" in refusal(tmp_path, None)
    assert not kubeconfig.exists(origin.default_location())


def test_a_folder_is_no_kubeconfig(tmp_path: Path) -> None:
    assert "is a folder" in refusal(tmp_path, str(tmp_path))


def test_a_file_in_a_vault_is_refused_with_the_way_to_hand_it_over(tmp_path: Path) -> None:
    path = written(tmp_path, "$ANSIBLE_VAULT;1.1;AES256\n3633\n")
    said = refusal(tmp_path, path)
    assert "is encrypted with Ansible Vault" in said
    assert said.endswith(f"""kubeconfig: "{{{{ lookup('ansible.builtin.unvault', '{path}') | from_yaml }}}}".""")


def test_an_unreadable_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kubeconfig.os, "access", lambda _path, _mode: False)
    assert "may not be read by this user" in refusal(tmp_path, written(tmp_path, GOOD))


def test_an_unknown_context_is_told_from_the_known_ones(tmp_path: Path) -> None:
    assert refusal(tmp_path, GOOD, "test") == (
        "There is no context test in the kubeconfig that was given as a dictionary; it has: astray, prod."
    )


def test_a_context_may_have_to_be_chosen(tmp_path: Path) -> None:
    path = written(tmp_path, {**GOOD, "current-context": ""})
    assert refusal(tmp_path, path) == (
        f"Kubeconfig {path} has no current-context; choose one with the option context: astray, prod."
    )


def test_a_cluster_that_is_not_defined_is_named(tmp_path: Path) -> None:
    assert "names the cluster gone, which is not defined there" in refusal(tmp_path, GOOD, "astray")


def test_a_certificate_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    cluster = {"server": "https://10.0.0.1:6443", "certificate-authority": "/no/ca.crt"}
    assert "needs a file that is not there: /no/ca.crt" in refusal(
        tmp_path, {**GOOD, "clusters": [{"name": "k", "cluster": cluster}]}
    )


@pytest.mark.parametrize("content", ["", "hidden", "[hidden]", "{}", "apiVersion: v1"])
def test_what_is_no_kubeconfig_is_said_so(tmp_path: Path, content: str) -> None:
    assert "names no cluster" in refusal(tmp_path, written(tmp_path, content))


def test_the_text_of_a_kubeconfig_is_not_taken_for_its_path_nor_shown(tmp_path: Path) -> None:
    for text in (json.dumps(GOOD), "users:\n- hidden"):
        assert refusal(tmp_path, text).startswith("kubeconfig is the text of a kubeconfig, not the path of one")


def test_a_user_that_is_not_defined_is_named_unless_somebody_else_asks(tmp_path: Path) -> None:
    unknown = {**GOOD, "users": []}
    assert "has no user u, which its context names" in refusal(tmp_path, unknown)
    from kubernetes.client import Configuration

    kubeconfig.load(Options(kubeconfig=unknown, api_key="hidden"), Configuration(), str(tmp_path))


def test_a_token_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    user = {"name": "u", "user": {"tokenFile": "/no/token"}}
    assert "needs /no/token, which cannot be read" in refusal(tmp_path, {**GOOD, "users": [user]})


def test_whom_the_kubeconfig_says_to_act_as_is_answered(tmp_path: Path) -> None:
    from kubernetes.client import Configuration

    user = {"name": "u", "user": {"token": "t", "as": "ada", "as-groups": ["a"]}}
    given = {**GOOD, "users": [user]}
    origin = kubeconfig.load(Options(kubeconfig=given), Configuration(), str(tmp_path))
    assert (origin.user, origin.groups) == ("ada", ("a",))


def test_a_plugin_that_is_missing_is_named_with_the_way_to_get_it(tmp_path: Path) -> None:
    plugin = {"apiVersion": "client.authentication.k8s.io/v1", "command": "no-such-plugin", "installHint": "Ask Ada."}
    said = refusal(tmp_path, {**GOOD, "users": [{"name": "u", "user": {"exec": plugin}}]})
    assert said.endswith(
        "gave no credentials: no-such-plugin: no such file or directory. Its kubeconfig says: Ask Ada."
    )


def test_broken_yaml_names_the_line_and_quotes_nothing(tmp_path: Path) -> None:
    assert refusal(tmp_path, written(tmp_path, 'users:\n  token: "hidden\n')).endswith("is not valid YAML (line 3).")


@pytest.mark.parametrize("user", [{"client-certificate-data": "hidden!"}, "hidden", {"tokenFile": "/no/token"}])
def test_a_broken_user_is_not_quoted(tmp_path: Path, user: t.Any) -> None:
    assert "Context prod of" in refusal(tmp_path, {**GOOD, "users": [{"name": "u", "user": user}]})
