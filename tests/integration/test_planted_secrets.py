# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets planted in every way in, and searched for in everything that a story leaves behind, at its most talkative."""

from __future__ import annotations

import base64
import json
import os
import pathlib
import re
import secrets
import sys
import tempfile
import typing as t
from urllib.parse import quote

import ansible_runner
import pytest
import yaml

from ansible_collections.steady.rollout.plugins.module_utils._operation import jobs
from ansible_collections.steady.rollout.plugins.module_utils._rollout import resources
from ansible_collections.steady.rollout.tests.integration import accounts, fronts, prometheus
from ansible_collections.steady.rollout.tests.integration.processes import Processes

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._cluster.cluster import ApiCluster

Json = dict[str, t.Any]

BASE64 = re.compile(r"[A-Za-z0-9+/]{24,}={0,2}")
HERE = pathlib.Path(__file__).parent
MORE_RIGHTS = [
    {"apiGroups": [""], "resources": ["serviceaccounts"], "verbs": ["get"]},
    {"apiGroups": [""], "resources": ["serviceaccounts/token"], "verbs": ["create"]},
]
WAYS = (
    *("environment", "secret", "registry", "hook", "hook_header", "header", "authorization", "cookie"),
    *("secret_header", "address", "password", "api_key", "kubeconfig_token"),
    *("prometheus_token", "prometheus_header", "proxy", "proxy_header", "awx"),
)
LEFT = (
    resources.EVENT,
    resources.DEPLOYMENT,
    resources.REPLICA_SET,
    resources.POD,
    resources.SERVICE,
    resources.CONFIG_MAP,
    resources.LEASE,
    resources.HTTP_ROUTE,
    resources.SERVICE_ACCOUNT,
)
"""What is looked at in the cluster; Secrets are where secrets belong."""


@pytest.fixture
def folder() -> t.Iterator[pathlib.Path]:
    """With a folder each for what Ansible and its modules put somewhere for a while, for reports and for runner.

    Its path is short: Ansible listens on a socket below TMPDIR, whose path may have 107 characters.
    """
    with tempfile.TemporaryDirectory(prefix="planted-") as made:
        for name in ("temporary", "reports", "runner"):
            (pathlib.Path(made) / name).mkdir()
        yield pathlib.Path(made)


@pytest.fixture
def planted() -> dict[str, str]:
    """One for each way in, like no other text."""
    return {way: f"planted{secrets.token_hex(9)}" for way in WAYS}


@pytest.mark.usefixtures("load_balancer")
def test_no_planted_secret_is_found_in_anything_that_a_story_leaves(
    cluster: ApiCluster,
    namespace: str,
    folder: pathlib.Path,
    planted: dict[str, str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Beside them an open word is planted, that has to be found: each place is really searched."""
    given = as_deployer(cluster, namespace, folder)
    environment, token = given.pop("environment"), given.pop("token")
    kubeconfig = yaml.safe_load(pathlib.Path(os.environ["KUBECONFIG"]).read_text())
    opened = f"open{secrets.token_hex(9)}"
    with (
        prometheus.running(folder) as measured,
        fronts.proxy("ada:somebody-else") as (proxy, _seen),
        fronts.hook() as (port, heard),
        Processes() as processes,
    ):
        given |= {"planted": planted, "open": opened, "measures": measured.url, "proxy": f"127.0.0.1:{proxy}"}
        given |= {"hook": f"http://127.0.0.1:{port}/{planted['hook']}", "kubeconfig": kubeconfig, "awx": planted["awx"]}
        ended = ansible_runner.run(
            private_data_dir=str(folder / "runner"),
            project_dir=str(HERE.parents[1]),
            playbook=str(HERE / "planted.yml"),
            inventory=f"localhost ansible_connection=local ansible_python_interpreter={sys.executable}",
            envvars=environment,
            extravars=given,
            verbosity=3,
            cmdline="--diff",
            timeout=400,
            quiet=True,
        )
    artifacts = pathlib.Path(ended.config.artifact_dir)
    said = (artifacts / "stdout").read_text()
    assert ended.status == "successful", said[-6000:]
    assert planted["hook"] in "".join(heard), "the webhook was not told"
    user = kubeconfig["users"][0]["user"]
    line_of_key = base64.b64decode(user["client-key-data"]).decode().splitlines()[1]
    found = forms({**planted, "token": token, "key": user["client-key-data"], "line of the key": line_of_key})
    places = {
        "standard output": [said],
        "artefacts of ansible-runner": texts(artifacts, leaving_out=("command", "stdout")),
        "log": [(folder / "log").read_text()],
        "cache of facts": texts(artifacts / "fact_cache"),
        "reports": texts(folder / "reports"),
        "temporary files": texts(folder / "temporary"),
        "command lines of all processes": [processes.seen],
        **{f"{kind.kind} in the cluster": [left(cluster, kind, namespace)] for kind in LEFT},
    }
    leaks = [f"{way} in {place}" for place, all_of in places.items() for text in all_of for way in leaked(found, text)]
    assert not leaks, f"{sorted(set(leaks))}\n{excerpt(found, places)}"
    has_opened = {place for place, all_of in places.items() for text in all_of if opened in text}
    assert {"standard output", "artefacts of ansible-runner", "log", "cache of facts"} <= has_opened
    assert {"Deployment in the cluster", "ReplicaSet in the cluster", "ConfigMap in the cluster"} <= has_opened
    assert "ansible-playbook" in processes.seen
    with capsys.disabled():
        count = sum(map(len, places.values()))
        print(
            f"\n{len(found)} secrets, {len(places)} places searched ({count} files and lists), 0 found: {', '.join(places)}"
        )


def as_deployer(cluster: ApiCluster, namespace: str, folder: pathlib.Path) -> Json:
    """A restricted namespace with a route, and somebody who may do every job there, by a token in the environment."""
    labels = {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "restricted"}}}
    cluster.patch(resources.NAMESPACE, "", namespace, labels, content_type="application/merge-patch+json")
    rules, _cluster_rules = jobs.rules(tuple(jobs.JOBS), jobs.USES, ("Deployment",))
    token = accounts.service_account(cluster, namespace, "deployer", [*rules, *MORE_RIGHTS])
    cluster.create(resources.HTTP_ROUTE, namespace, route(namespace))
    endpoint = cluster.endpoint
    (folder / "ca.crt").write_bytes(base64.b64decode(endpoint["certificate-authority-data"]))
    environment = {
        "K8S_AUTH_HOST": endpoint["server"],
        "K8S_AUTH_API_KEY": token,
        "K8S_AUTH_SSL_CA_CERT": str(folder / "ca.crt"),
        "KUBECONFIG": str(folder / "none"),
        "ANSIBLE_INJECT_INVOCATION": "true",
        "ANSIBLE_LOG_PATH": str(folder / "log"),
        **dict.fromkeys(("ANSIBLE_LOCAL_TEMP", "ANSIBLE_REMOTE_TMP", "TMPDIR"), str(folder / "temporary")),
    }
    return {
        "environment": environment,
        "token": token,
        "here": namespace,
        "image": accounts.IMAGE,
        "front": front(cluster),
        "server": endpoint["server"],
        "ca": str(folder / "ca.crt"),
        "reports": str(folder / "reports"),
        "kept": str(folder / "kept" / "kubeconfig"),
        "hook_away": "http://127.0.0.1:9/services/",
    }


def route(namespace: str) -> Json:
    """From the lab's load balancer to the application."""
    spec = {
        "parentRefs": [{"name": "steady", "namespace": "traefik", "sectionName": "web"}],
        "hostnames": [f"{namespace}.lab"],
        "rules": [{"backendRefs": [{"name": "app", "port": 80}]}],
    }
    meta = {"name": "app", "namespace": namespace}
    return {"apiVersion": resources.HTTP_ROUTE.api_version, "kind": "HTTPRoute", "metadata": meta, "spec": spec}


def front(cluster: ApiCluster) -> str:
    """Where the lab's load balancer is reached."""
    ports = cluster.read(resources.SERVICE, "traefik", "traefik")["spec"]["ports"]
    nodes = cluster.list(resources.Scope(resources.NODE, ""))
    addresses = (item for node in nodes for item in node["status"].get("addresses") or ())
    address = next(item["address"] for item in addresses if item["type"] == "InternalIP")
    return f"{address}:{next(port['nodePort'] for port in ports if port['name'] == 'web')}"


def left(cluster: ApiCluster, kind: resources.Resource, namespace: str) -> str:
    """All objects of that kind, without the values that pod templates themselves were given."""
    found = cluster.list(resources.Scope(kind, namespace))
    return "\n".join(without_given(json.dumps(item)) for item in found)


def without_given(text: str) -> str:
    """A template is where its environment has to stand."""

    def pruned(entry: Json) -> Json:
        return (
            {key: value for key, value in entry.items() if key != "value"}
            if entry.get("name") == "DB_PASSWORD"
            else entry
        )

    return json.dumps(json.loads(text, object_hook=pruned))


def texts(folder: pathlib.Path, leaving_out: t.Collection[str] = ()) -> list[str]:
    """All files in the folder. What runner itself keeps of the environment it was given is its own affair (file ``command``)."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name not in leaving_out]
    return [path.read_text(errors="replace") for path in files]


def forms(planted: dict[str, str]) -> dict[str, set[str]]:
    """As they are, quoted for an address, and in base64 by themselves or after a user's name."""
    encoded = {
        way: {base64.b64encode(text.encode()).decode() for text in (value, f"ada:{value}")}
        for way, value in planted.items()
    }
    return {way: {value, quote(value, safe=""), *encoded[way]} for way, value in planted.items()}


def leaked(found: dict[str, set[str]], text: str) -> t.Iterator[str]:
    """Which of them stand in the text, or within anything in it that is base64, as Secrets are."""
    read = f"{text}\n{decoded(text)}"
    yield from (way for way, each in found.items() if any(form in read for form in each))


def decoded(text: str) -> str:
    """Each longer word of base64 in it, read."""
    words = (word.rstrip("=") for word in set(BASE64.findall(text)))
    return "\n".join(
        base64.b64decode(word[: len(word) - (len(word) % 4 == 1)] + "==").decode(errors="replace") for word in words
    )


def excerpt(found: dict[str, set[str]], places: dict[str, list[str]]) -> str:
    """Where the first of each stands, for whoever has to mend it."""
    lines = []
    for place, all_of in places.items():
        for way, each in found.items():
            at = next(((text, text.find(form)) for text in all_of for form in each if form in text), None)
            if at:
                lines.append(f"{way} in {place}: ...{at[0][max(0, at[1] - 300) : at[1] + 30]}")
    return "\n".join(lines)
