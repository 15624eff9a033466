# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
import json
import sys
import typing as t
from pathlib import Path

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._cluster import kubeconfig, plain
from ansible_collections.steady.rollout.plugins.module_utils._cluster.credentials import Credentials
from ansible_collections.steady.rollout.plugins.module_utils._cluster.options import Options

Json = dict[str, t.Any]
FIELDS = ("host", "verify_ssl", "tls_server_name", "proxy", "no_proxy", "proxy_headers")
FILES = ("ssl_ca_cert", "cert_file", "key_file")
SERVER: Json = {"server": "https://10.0.0.1:6443"}


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that says nothing of proxies or of a pod."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name in ("KUBERNETES_SERVICE_HOST", "KUBECONFIG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With a file of each kind that a kubeconfig may name."""
    for name in ("token", "ca.crt", "tls.crt", "tls.key"):
        (tmp_path / name).write_text(f"content of {name}\n")
    return tmp_path


def content(cluster: Json, user: Json) -> Json:
    return {
        "current-context": "c",
        "clusters": [{"name": "k", "cluster": cluster}],
        "users": [{"name": "u", "user": user}, {"name": "other", "user": {"token": "other"}}],
        "contexts": [
            {"name": "c", "context": {"cluster": "k", "user": "u"}},
            {"name": "second", "context": {"cluster": "k", "user": "other"}},
        ],
    }


def written(folder: Path, given: Json) -> str:
    path = folder / "config"
    path.write_text(json.dumps(given))
    return str(path)


def inline(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def facts(configuration: t.Any) -> Json:
    """What counts of a configuration: values, what is in the files, and the header."""
    paths = {name: getattr(configuration, name) for name in FILES}
    return {
        **{name: getattr(configuration, name) for name in FIELDS},
        **{name: Path(path).read_bytes() if path else None for name, path in paths.items()},
        "header": [setting["value"] for setting in configuration.auth_settings().values()],
    }


def by_library(options: Options, folder: Path) -> tuple[Json, t.Any]:
    from kubernetes.client import Configuration

    configuration = Configuration()
    origin = kubeconfig.load(options, configuration, str(folder))
    return facts(configuration), origin


@pytest.mark.parametrize(
    ("cluster", "user"),
    [
        (SERVER, {"token": "t"}),
        (SERVER, {"tokenFile": "token"}),
        (SERVER, {"token": "t", "tokenFile": "token"}),
        (SERVER, {"username": "ada", "password": "lövelace"}),
        (SERVER, {"username": "ada", "password": "lovelace", "token": "t"}),
        (SERVER, {"client-certificate-data": inline("c"), "client-key-data": inline("k")}),
        (SERVER, {"client-certificate": "tls.crt", "client-key": "./tls.key"}),
        (SERVER, {"client-certificate": "no-such", "client-certificate-data": inline("c"), "client-key": "tls.key"}),
        (SERVER, {"token": "t", "as": "ada", "as-groups": ["a", "b"]}),
        (SERVER, {}),
        ({**SERVER, "certificate-authority-data": inline("ca")}, {"token": "t"}),
        ({**SERVER, "certificate-authority": "ca.crt"}, {"token": "t"}),
        ({**SERVER, "insecure-skip-tls-verify": True}, {"token": "t"}),
        ({**SERVER, "insecure-skip-tls-verify": False}, {"token": "t"}),
        ({**SERVER, "tls-server-name": "k8s"}, {"token": "t"}),
        ({"server": "https://10.0.0.1:6443/k8s/clusters/c-1/", "extensions": [{"name": "m"}]}, {"token": "t"}),
        ({"server": "http://10.0.0.1:8080", "certificate-authority-data": inline("ca")}, {"client-key": "gone"}),
    ],
)
def test_what_is_plain_is_loaded_as_the_library_loads_it(cluster: Json, user: Json, folder: Path) -> None:
    options = Options(kubeconfig=written(folder, content(cluster, user)))
    for chosen in (options, Options(kubeconfig=options.kubeconfig, context="second")):
        ours = plain.configure(chosen, str(folder))
        assert ours
        assert (facts(ours[0]), ours[1]) == by_library(chosen, folder)


def test_a_proxy_of_the_kubeconfig_counts_also_where_the_library_is_too_old_to_read_it(folder: Path) -> None:
    given = content({**SERVER, "proxy-url": "http://proxy:3128"}, {"token": "t"})
    ours = plain.configure(Options(kubeconfig=written(folder, given)), str(folder))
    assert ours and ours[0].proxy == "http://proxy:3128"


@pytest.mark.parametrize(
    ("cluster", "user"),
    [
        (SERVER, {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "aws"}}),
        (SERVER, {"token": "t", "auth-provider": {"name": "oidc"}}),
        (SERVER, {"token": "t", "something-new": "x"}),
        (SERVER, {"token": 5}),
        (SERVER, {"token": ""}),
        (SERVER, {"tokenFile": "no-such"}),
        (SERVER, {"client-certificate": "no-such", "client-key": "tls.key"}),
        (SERVER, {"client-certificate-data": "no base64", "client-key-data": "x"}),
        (SERVER, "ada"),
        (SERVER, None),
        ({}, {"token": "t"}),
        ({**SERVER, "insecure-skip-tls-verify": "no"}, {"token": "t"}),
        ({**SERVER, "something-new": "x"}, {"token": "t"}),
    ],
)
def test_what_is_not_plain_or_not_right_is_left_to_the_library(cluster: t.Any, user: t.Any, folder: Path) -> None:
    assert plain.configure(Options(kubeconfig=written(folder, content(cluster, user))), str(folder)) is None


def test_a_context_user_or_cluster_that_is_not_there_once_is_left_to_the_library(folder: Path) -> None:
    good = content(SERVER, {"token": "t"})
    for part in ("contexts", "users", "clusters"):
        for entries in ([], [*good[part], *good[part]], None):
            assert plain.configure(Options(kubeconfig={**good, part: entries}), str(folder)) is None
    assert plain.configure(Options(kubeconfig={}), str(folder)) is None
    assert plain.configure(Options(kubeconfig=good, context="unknown"), str(folder)) is None


@pytest.mark.parametrize("text", ["", "- a", "$ANSIBLE_VAULT;1.1;AES256", "{", "a: b: c", "\x00"])
def test_a_file_that_is_no_kubeconfig_is_left_to_the_library(text: str, folder: Path) -> None:
    (folder / "config").write_text(text)
    assert plain.configure(Options(kubeconfig=str(folder / "config")), str(folder)) is None


def test_several_files_are_left_to_the_library(folder: Path) -> None:
    path = written(folder, content(SERVER, {"token": "t"}))
    assert plain.configure(Options(kubeconfig=f"{path}:{path}"), str(folder)) is None


@pytest.mark.parametrize("name", ["https_proxy", "HTTP_PROXY", "no_proxy"])
def test_proxies_of_the_environment_are_left_to_the_library(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "http://proxy:3128")
    assert plain.configure(Options(host="https://a", api_key="key"), str(folder)) is None


def test_a_pod_without_options_is_left_to_the_library(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", written(folder, content(SERVER, {"token": "t"})))
    assert plain.configure(Options(), str(folder))
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.96.0.1")
    assert plain.configure(Options(), str(folder)) is None


@pytest.mark.parametrize("options", [{"api_key": "key"}, {"username": "ada", "password": "lovelace"}])
def test_options_that_suffice_need_no_library(options: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "kubernetes", None)
    assert Credentials(Options(host="http://a", **options)).access.source == "the option host"


def test_a_plain_kubeconfig_needs_no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "kubernetes", None)
    credentials = Credentials(Options(kubeconfig=content({"server": "http://10.0.0.1"}, {"token": "t"})))
    assert credentials.headers(credentials.access)["Authorization"] == "Bearer t"
