# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
import json
import os
import stat
import sys
import tempfile
import typing as t
from pathlib import Path

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._cluster import pool
from ansible_collections.steady.rollout.plugins.module_utils._cluster.credentials import Credentials
from ansible_collections.steady.rollout.plugins.module_utils._cluster.options import Options
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._cluster.certificates import Authority


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> t.Iterator[Path]:
    """A folder for temporary files, empty again at the end; and a machine without credentials of its own."""
    for name in ("KUBERNETES_SERVICE_HOST", "KUBECONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


def kubeconfig(**user: t.Any) -> dict[str, t.Any]:
    return {
        "current-context": "c",
        "clusters": [{"name": "k", "cluster": {"server": "http://10.0.0.1:6443/"}}],
        "users": [{"name": "u", "user": user}],
        "contexts": [{"name": "c", "context": {"cluster": "k", "user": "u"}}],
    }


INSECURE = {
    **kubeconfig(token="t"),
    "clusters": [{"name": "k", "cluster": {"server": "https://10.0.0.1:6443", "insecure-skip-tls-verify": True}}],
}


def plugin(folder: Path, script: str) -> dict[str, t.Any]:
    path = folder / "plugin"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return {"apiVersion": "client.authentication.k8s.io/v1", "command": str(path), "interactiveMode": "Never"}


def sent(options: Options) -> dict[str, str]:
    credentials = Credentials(options)
    return dict(credentials.headers(credentials.access))


def test_a_token_and_a_host_need_no_kubeconfig() -> None:
    credentials = Credentials(Options(host="https://10.0.0.1:6443/", api_key="key"))
    assert (credentials.access.url, credentials.access.server) == ("https://10.0.0.1:6443", "10.0.0.1:6443")
    assert dict(credentials.headers(credentials.access)) == {"Authorization": "Bearer key"}


def test_a_user_and_a_password_are_basic_authentication() -> None:
    assert sent(Options(host="http://a", username="u", password="p")) == {"Authorization": "Basic dTpw"}


def test_a_kubeconfig_as_a_dictionary_gives_host_and_token() -> None:
    credentials = Credentials(Options(kubeconfig=kubeconfig(token="t")))
    assert credentials.access.url == "http://10.0.0.1:6443"
    assert dict(credentials.headers(credentials.access)) == {"Authorization": "Bearer t"}


def test_an_option_overrides_the_kubeconfig() -> None:
    options = Options(kubeconfig=kubeconfig(token="t"), host="http://other:1", api_key="key")
    assert Credentials(options).access.server == "other:1"
    assert sent(options) == {"Authorization": "Bearer key"}


def test_no_option_at_all_means_the_default_kubeconfig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "config"
    path.write_text(json.dumps(kubeconfig(token="t")))
    monkeypatch.setenv("KUBECONFIG", str(path))
    assert Credentials(Options()).access.source == f"kubeconfig {path}"


def test_a_host_alone_is_asked_without_credentials() -> None:
    assert sent(Options(host="http://127.0.0.1:8001")) == {}


def test_a_pod_uses_its_service_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kubernetes.config import incluster_config

    for name in ("token", "ca.crt"):
        (tmp_path / name).write_text(name)
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "fd00::1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
    monkeypatch.setattr(incluster_config, "SERVICE_TOKEN_FILENAME", str(tmp_path / "token"))
    monkeypatch.setattr(incluster_config, "SERVICE_CERT_FILENAME", str(tmp_path / "ca.crt"))
    credentials = Credentials(Options(validate_certs=False, ca_cert="", host="http://[fd00::1]:443"))
    assert credentials.access.source == "the pod's service account"
    assert credentials.access.server == "[fd00::1]:443"
    assert credentials.headers(credentials.access)["Authorization"].lower() == "bearer token"


def test_a_plugin_gives_the_token_and_is_run_again_near_its_end(tmp_path: Path) -> None:
    status = '"status": {"token": "t%s", "expirationTimestamp": "2026-01-01T00:00:00Z"}'
    answer = f'{{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", {status}}}'
    count = f"echo >> {tmp_path}/runs; printf '{answer}' $(wc -l < {tmp_path}/runs)"
    credentials = Credentials(Options(kubeconfig=kubeconfig(exec=plugin(tmp_path, count))))
    first, second = (credentials.headers(credentials.access)["Authorization"] for _unused in range(2))
    assert first != second


def test_a_plugin_that_fails_is_named_with_its_words(tmp_path: Path) -> None:
    with pytest.raises(
        errors.InvalidInput, match=r"credential plugin \(exec\) .* gave no credentials: .*session expired"
    ):
        Credentials(Options(kubeconfig=kubeconfig(exec=plugin(tmp_path, "echo session expired >&2; exit 1"))))


def test_loading_anew_happens_once_for_all_that_saw_the_old(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("one")
    credentials = Credentials(Options(kubeconfig=kubeconfig(tokenFile=str(tmp_path / "token"))))
    old = credentials.access
    (tmp_path / "token").write_text("two")
    new = credentials.reload(old)
    assert new is not old
    assert credentials.reload(old) is new
    assert credentials.headers(new)["Authorization"] == "Bearer two"


@pytest.mark.parametrize("host", ["10.0.0.1", "ftp://a", "https://"])
def test_an_address_that_is_no_url_is_quoted(host: str) -> None:
    with pytest.raises(errors.InvalidInput, match=rf"address '{host}' \(from the option host\) is not a URL"):
        Credentials(Options(host=host, api_key="key"))


def test_a_path_in_the_address_is_kept() -> None:
    access = Credentials(Options(host="https://rancher.example/k8s/clusters/c-1/", api_key="key")).access
    assert access.url == "https://rancher.example/k8s/clusters/c-1"
    assert access.server == "rancher.example:443/k8s/clusters/c-1"


def test_a_missing_library_is_said_with_the_way_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "kubernetes", None)
    with pytest.raises(errors.InvalidInput, match="package kubernetes is missing for .*-m pip install"):
        Credentials(Options(kubeconfig=kubeconfig(exec={})))


@pytest.mark.parametrize("version", ["28.1.0", "36.0.0", "36.0.1"])
def test_a_library_that_cannot_work_is_refused(version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import kubernetes

    monkeypatch.setattr(kubernetes, "__version__", version)
    with pytest.raises(errors.InvalidInput, match=f"kubernetes {version} .* cannot be used"):
        Credentials(Options(kubeconfig=kubeconfig(exec={})))


def test_secrets_stay_out_of_the_options_text() -> None:
    assert "hidden" not in repr(Options(api_key="hidden", password="hidden", kubeconfig={"token": "hidden"}))
    assert os.environ.get("KUBECONFIG") is None


def test_a_server_that_need_not_prove_who_it_is_is_warned_of() -> None:
    for options in ({"validate_certs": False}, {"kubeconfig": INSECURE, "host": None}):
        said = Credentials(Options(**{"host": "https://10.0.0.1:6443", "api_key": "key", **options})).caution
        assert said.startswith("The certificate of API server 10.0.0.1:6443 is not checked")
    assert Credentials(Options(host="https://10.0.0.1:6443", api_key="key")).caution == ""
    assert Credentials(Options(host="http://127.0.0.1:8001", api_key="key", validate_certs=False)).caution == ""


def test_an_end_while_loading_leaves_no_key_behind(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when the run is stopped by a signal; the fixture looks into the folder afterwards."""
    found: list[bytes] = []

    def stopped(*_options: t.Any) -> t.NoReturn:
        found.extend(path.read_bytes() for path in temporary.rglob("*") if path.is_file())
        raise errors.Interrupted("Stopped by SIGTERM.")

    monkeypatch.setattr(pool, "open_pool", stopped)
    given = kubeconfig(**{"client-certificate-data": "Y2VydA==", "client-key-data": "a2V5"})
    given["clusters"][0]["cluster"]["server"] = "https://10.0.0.1:6443"
    with pytest.raises(errors.Interrupted):
        Credentials(Options(kubeconfig=given))
    assert b"key" in found


def test_a_kubeconfig_for_somebody_else_gets_the_way_and_nothing_of_who_we_are() -> None:
    plain = Credentials(Options(kubeconfig=kubeconfig(token="t"), proxy="http://ada:pw@10.0.0.9:3128")).access
    assert plain.endpoint == {"server": "http://10.0.0.1:6443", "proxy-url": "http://10.0.0.9:3128"}
    assert Credentials(Options(kubeconfig=INSECURE)).access.endpoint == {
        "server": "https://10.0.0.1:6443",
        "insecure-skip-tls-verify": True,
    }


def test_the_ca_goes_along_from_wherever_it_came(tmp_path: Path) -> None:
    ca = Authority(tmp_path).own.certificate.read_bytes()
    inline = kubeconfig(token="t")
    cluster = {"server": "https://10.0.0.1:6443", "certificate-authority-data": base64.b64encode(ca).decode()}
    inline["clusters"][0]["cluster"] = {**cluster, "tls-server-name": "api"}
    assert Credentials(Options(kubeconfig=inline)).access.endpoint == {**cluster, "tls-server-name": "api"}
    (tmp_path / "ca.crt").write_bytes(ca)
    named = Options(host="https://10.0.0.1:6443", api_key="t", ca_cert=str(tmp_path / "ca.crt"))
    assert Credentials(named).access.endpoint == cluster
