# SPDX-License-Identifier: GPL-3.0-or-later
"""Every way to say who one is, on the real API server; and what is said when it cannot be right."""

from __future__ import annotations

import base64
import copy
import json
import os
import pathlib
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import typing as t
from dataclasses import replace

import pytest
import yaml

from ansible_collections.steady.rollout.plugins.module_utils._cluster.cluster import ApiCluster, connect
from ansible_collections.steady.rollout.plugins.module_utils._cluster.options import Options, Timings
from ansible_collections.steady.rollout.plugins.module_utils._operation import wait
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, resources
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Limits
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference
from ansible_collections.steady.rollout.tests.integration import accounts, fronts
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._cluster.certificates import Authority

pytestmark = pytest.mark.xdist_group("test_credentials")  # they share what is made once for a worker
Json = dict[str, t.Any]

PLUGIN = "client.authentication.k8s.io/v1"
HERE = pathlib.Path(__file__).parent
READ = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]}]


class Given:
    """The cluster's address and the administrator's credentials, in parts."""

    def __init__(self, folder: pathlib.Path, namespace: str, token: str) -> None:
        self.folder = folder
        self.namespace = namespace
        self.token = token
        self.account = f"system:serviceaccount:{namespace}:someone"
        self.path = os.environ["KUBECONFIG"]
        self.kubeconfig: Json = yaml.safe_load(pathlib.Path(self.path).read_text())
        self.cluster: Json = self.kubeconfig["clusters"][0]["cluster"]
        self.user: Json = self.kubeconfig["users"][0]["user"]
        self.host: str = self.cluster["server"]
        self.ca = self.file("ca.crt", base64.b64decode(self.cluster["certificate-authority-data"]))
        self.certificate = self.file("admin.crt", base64.b64decode(self.user["client-certificate-data"]))
        self.key = self.file("admin.key", base64.b64decode(self.user["client-key-data"]))

    def file(self, name: str, content: bytes | str, mode: int = 0o600) -> str:
        """A file with that content."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        path.chmod(mode)
        return str(path)

    def kubeconfig_with(self, user: Json | None = None, **cluster: t.Any) -> Json:
        """The kubeconfig with another user, or with a few things of the cluster changed."""
        changed = copy.deepcopy(self.kubeconfig)
        if user is not None:
            changed["users"][0]["user"] = user
        changed["clusters"][0]["cluster"].update(cluster)
        return changed

    def plugin(self, script: str, **more: t.Any) -> Json:
        """A user whose credentials a script gives."""
        return {
            "exec": {"apiVersion": PLUGIN, "command": "sh", "args": ["-c", script], "interactiveMode": "Never", **more}
        }

    def credential(self, **status: str) -> str:
        """What a plugin prints."""
        return json.dumps({"apiVersion": PLUGIN, "kind": "ExecCredential", "status": status})


@pytest.fixture(scope="module")
def home(cluster: ApiCluster) -> t.Iterator[tuple[str, str]]:
    """A namespace for all tests that only read, and a token of the account in it."""
    name = f"test-credentials-{secrets.token_hex(4)}"
    cluster.create(resources.NAMESPACE, "", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    yield name, accounts.service_account(cluster, name, "someone", READ)
    cluster.delete(resources.NAMESPACE, "", name)


@pytest.fixture
def temporary(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> t.Iterator[pathlib.Path]:
    """The temporary folder; at the end no file of a credential is left in it."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


@pytest.fixture
def given(home: tuple[str, str], temporary: pathlib.Path) -> Given:
    """What credentials are made of."""
    return Given(temporary.parent, *home)


@pytest.fixture
def alone(cluster: ApiCluster, namespace: str, temporary: pathlib.Path) -> Given:
    """The same in a namespace of its own."""
    return Given(temporary.parent, namespace, accounts.service_account(cluster, namespace, "someone", READ))


def who(given: Given, cluster: ApiCluster) -> str:
    """Who we are to the server, once we have read something from it."""
    accounts.until(lambda: can_read(given, cluster), "the server knows what this user may do")
    return cluster.user()


def can_read(given: Given, cluster: ApiCluster) -> bool:
    try:
        return cluster.list(resources.Scope(resources.POD, given.namespace)) == []
    except errors.Forbidden:
        return False


WAYS: dict[str, t.Callable[[Given], Json]] = {
    "kubeconfig": lambda given: {"kubeconfig": given.path},
    "kubeconfig in the home folder": lambda given: {"kubeconfig": in_home(given)},
    "kubeconfig as a dictionary": lambda given: {"kubeconfig": given.kubeconfig},
    "another context": lambda given: {"kubeconfig": two_contexts(given), "context": "second"},
    "two kubeconfigs": lambda given: {"kubeconfig": in_two_files(given)},
    "certificate files in a kubeconfig, relative to it": lambda given: {"kubeconfig": with_files(given)},
    "certificate files": lambda given: {
        "host": given.host,
        "ca_cert": given.ca,
        "client_cert": given.certificate,
        "client_key": given.key,
    },
    "certificate without a check of the server": lambda given: {
        "host": given.host,
        "validate_certs": False,
        "client_cert": given.certificate,
        "client_key": given.key,
    },
    "certificate from a plugin": lambda given: {
        "kubeconfig": given.kubeconfig_with(
            given.plugin(
                'printf %s "$ANSWER"',
                env=[
                    {
                        "name": "ANSWER",
                        "value": given.credential(
                            clientCertificateData=pathlib.Path(given.certificate).read_text(),
                            clientKeyData=pathlib.Path(given.key).read_text(),
                        ),
                    }
                ],
            )
        )
    },
    "another name for the server": lambda given: {
        "kubeconfig": given.kubeconfig_with(**{"tls-server-name": "kubernetes"})
    },
    "no check of the server in a kubeconfig": lambda given: {
        "kubeconfig": given.kubeconfig_with(**{"insecure-skip-tls-verify": True, "certificate-authority-data": ""})
    },
}
TOKENS: dict[str, t.Callable[[Given], Json]] = {
    "token": lambda given: {"host": given.host, "ca_cert": given.ca, "api_key": given.token},
    "token over a kubeconfig's user": lambda given: {"kubeconfig": given.kubeconfig_with({}), "api_key": given.token},
    "token in a kubeconfig": lambda given: {"kubeconfig": given.kubeconfig_with({"token": given.token})},
    "token in a file": lambda given: {
        "kubeconfig": given.kubeconfig_with({"tokenFile": given.file("token", f"{given.token}\n")})
    },
    "token from a plugin": lambda given: {
        "kubeconfig": given.kubeconfig_with(given.plugin(f"echo '{given.credential(token=given.token)}'"))
    },
    "impersonation": lambda given: {"kubeconfig": given.path, "impersonate_user": given.account},
    "impersonation in a kubeconfig": lambda given: {
        "kubeconfig": given.kubeconfig_with({**given.user, "as": given.account})
    },
}


def in_home(given: Given) -> str:
    """A path that begins with a tilde."""
    return "~/" + os.path.relpath(given.file("config", yaml.safe_dump(given.kubeconfig)), os.path.expanduser("~"))


def two_contexts(given: Given) -> Json:
    """The first context leads nowhere."""
    nowhere = {"name": "nowhere", "cluster": {"server": "https://127.0.0.1:1"}}
    real = given.kubeconfig["contexts"][0]["context"]
    return {
        **given.kubeconfig,
        "clusters": [nowhere, *given.kubeconfig["clusters"]],
        "contexts": [
            {"name": "first", "context": {**real, "cluster": "nowhere"}},
            {"name": "second", "context": real},
        ],
        "current-context": "first",
    }


def in_two_files(given: Given) -> str:
    """The users in one, the rest in the other, and a third that is not there."""
    rest = {**given.kubeconfig, "users": []}
    users = {key: given.kubeconfig[key] for key in ("apiVersion", "kind", "users")}
    paths = (
        given.file("rest", yaml.safe_dump(rest)),
        str(given.folder / "absent"),
        given.file("users", yaml.safe_dump(users)),
    )
    return os.pathsep.join(paths)


def with_files(given: Given) -> str:
    """A kubeconfig that names files beside it."""
    changed = given.kubeconfig_with({"client-certificate": "admin.crt", "client-key": "admin.key"})
    del changed["clusters"][0]["cluster"]["certificate-authority-data"]
    changed["clusters"][0]["cluster"]["certificate-authority"] = "ca.crt"
    return given.file("config", yaml.safe_dump(changed))


@pytest.mark.parametrize("way", [*WAYS, *TOKENS])
def test_a_credential_works(way: str, given: Given) -> None:
    expected = given.account if way in TOKENS else "kubernetes-admin"
    cluster = connect(Options(**{**WAYS, **TOKENS}[way](given)))
    assert who(given, cluster) == expected
    assert bool(cluster.caution) == ("check" in way)


@pytest.mark.parametrize("variable", ["KUBECONFIG", "HOME"])
def test_without_any_option_the_usual_places_are_looked_at(
    variable: str, given: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KUBECONFIG")
    if variable == "HOME":
        (given.folder / ".kube").mkdir()
    path = given.file(".kube/config" if variable == "HOME" else "config", yaml.safe_dump(given.kubeconfig))
    monkeypatch.setenv(variable, str(given.folder) if variable == "HOME" else path)
    assert who(given, connect(Options())) == "kubernetes-admin"


def test_groups_can_be_impersonated(given: Given) -> None:
    groups = ("one", "system:masters")
    cluster = connect(Options(kubeconfig=given.path, impersonate_user="ada", impersonate_groups=groups))
    assert who(given, cluster) == "ada"


def test_a_user_and_a_password_are_for_what_stands_before_the_server(given: Given, cluster: ApiCluster) -> None:
    pool = cluster._api._credentials.access.pool
    with fronts.password_gate("ada:secret", given.host, pool) as port:
        host = f"http://127.0.0.1:{port}"
        assert who(given, connect(Options(host=host, username="ada", password="secret"))) == "kubernetes-admin"
        with pytest.raises(errors.Unauthorized, match="credentials of the options username and password"):
            connect(Options(host=host, username="ada", password="wrong")).list(
                resources.Scope(resources.POD, given.namespace)
            )


def test_a_proxy_is_gone_through(given: Given) -> None:
    with fronts.proxy("ada:secret") as (port, seen):
        address = f"http://127.0.0.1:{port}"
        ways: tuple[Json, ...] = (
            {"proxy": address, "proxy_headers": {"proxy_basic_auth": "ada:secret", "user_agent": "tests"}},
            {"proxy": address.replace("//", "//ada:secret@")},
        )
        for way in ways:
            assert who(given, connect(Options(kubeconfig=given.path, **way))) == "kubernetes-admin"
        assert {target for target, _headers in seen} == {given.host.removeprefix("https://")}
        assert "tests" in {headers.get("user-agent") for _target, headers in seen}
        asked = len(seen)
        around = Options(
            kubeconfig=given.path, proxy=address, no_proxy=f"localhost,{given.host[8:].partition(':')[0]}/24"
        )
        assert who(given, connect(around)) == "kubernetes-admin"
        assert len(seen) == asked
        with pytest.raises(errors.Unreachable, match=rf"proxy 127\.0\.0\.1:{port}: it answered 407 Proxy Auth"):
            connect(Options(kubeconfig=given.path, proxy=address)).list(resources.Scope(resources.POD, given.namespace))


def test_a_pod_uses_its_own_account(given: Given) -> None:
    """The files at their real place, in a mount namespace of a process of its own; the address as a pod is told it."""
    place = "/var/run/secrets/kubernetes.io/serviceaccount"
    given.file("token", given.token)
    files = f"mount -t tmpfs none /run && mkdir -p {place} && cp {given.folder}/token {given.ca} {place}"
    script = f"{files} && exec {sys.executable} -c '{IN_A_POD}'"
    host, _colon, port = given.host.removeprefix("https://").rpartition(":")
    environment = {
        **{name: value for name, value in os.environ.items() if name != "KUBECONFIG"},
        "KUBERNETES_SERVICE_HOST": host,
        "KUBERNETES_SERVICE_PORT": port,
        "PYTHONPATH": str(HERE.parents[1] / ".collections"),
    }
    said = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script], env=environment, capture_output=True, text=True, check=False
    )
    assert said.stdout.strip() == f"{given.account} by the pod's service account", said.stderr


IN_A_POD = """
from ansible_collections.steady.rollout.plugins.module_utils._cluster.cluster import connect
from ansible_collections.steady.rollout.plugins.module_utils._cluster.options import Options
cluster = connect(Options())
print(cluster.user(), "by", cluster._api._credentials.access.source)
"""


# credentials that end while a run waits

LASTING: dict[str, t.Callable[[Given], Json]] = {
    "from a plugin": lambda given: given.plugin(f"echo >> {given.folder}/runs; cat {given.folder}/credential"),
    "from a plugin that fails once": lambda given: given.plugin(
        f"echo >> {given.folder}/runs; test $(wc -l < {given.folder}/runs) != 2 || exit 1; cat {given.folder}/credential"
    ),
    "in a file": lambda given: {"tokenFile": f"{given.folder}/token"},
}


@pytest.mark.parametrize("way", LASTING)
def test_a_token_that_ends_during_a_wait_is_replaced_by_the_next(way: str, alone: Given, cluster: ApiCluster) -> None:
    """Bound to a Secret, a token ends within some ten seconds after that is deleted: as long as the server remembers it."""
    watching = [
        {"apiGroups": [group], "resources": plurals, "verbs": ["get", "list", "watch"]}
        for group, plurals in (("apps", ["deployments", "replicasets"]), ("", ["pods", "events"]))
    ]
    subject = {"kind": "ServiceAccount", "name": "someone", "namespace": alone.namespace}
    accounts.grant(cluster, alone.namespace, "watching", watching, subject)
    waiting = accounts.manifest("Deployment", alone.namespace, replicas=1)
    waiting["spec"]["template"]["spec"]["schedulingGates"] = [{"name": "tests.example/wait"}]
    cluster.create(resources.DEPLOYMENT, alone.namespace, waiting)
    first = new_token(alone, cluster, "first")
    timings = Timings(watch=(1.0, 2.0))
    account = connect(Options(kubeconfig=alone.kubeconfig_with(LASTING[way](alone))), timings=timings)
    accounts.until(lambda: bool(account.rules(alone.namespace)), "the Role is known")
    settings = replace(accounts.SETTINGS, limits=Limits(unschedulable_grace=180.0))
    outcome: list[t.Any] = []
    waits = threading.Thread(
        target=lambda: outcome.append(
            wait.wait(accounts.ports(account), Reference("Deployment", alone.namespace, "app"), settings)
        )
    )
    waits.start()
    new_token(alone, cluster, "second")
    cluster.delete(SECRET, alone.namespace, "first")
    ended = connect(Options(host=alone.host, ca_cert=alone.ca, api_key=first))
    accounts.until(lambda: not is_known(ended, alone.namespace), "the first token is not accepted any more")
    renewed = account._api._credentials
    accounts.until(
        lambda: renewed.access.identity.authorization().endswith(known_token(alone)), "the next token is used"
    )
    (pod,) = cluster.list(resources.Scope(resources.POD, alone.namespace))
    free = {"spec": {"schedulingGates": []}}
    name = pod["metadata"]["name"]
    cluster.patch(resources.POD, alone.namespace, name, free, content_type="application/merge-patch+json")
    waits.join(180)
    assert [each.status for each in outcome] == ["complete"]


SECRET = resources.Resource("v1", "secrets", "Secret")


def new_token(given: Given, cluster: ApiCluster, name: str) -> str:
    """A token for as long as a Secret of that name is there, where plugin and file give it."""
    secret = cluster.create(SECRET, given.namespace, {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}})
    bound = {"apiVersion": "v1", "kind": "Secret", "name": name, "uid": secret["metadata"]["uid"]}
    token = accounts.token(cluster, given.namespace, "someone", bound)
    given.file("credential", given.credential(token=token))
    given.file("token", token)
    return token


def known_token(given: Given) -> str:
    return (given.folder / "token").read_text()


def is_known(cluster: ApiCluster, namespace: str) -> bool:
    try:
        cluster.list(resources.Scope(resources.POD, namespace))
    except errors.Unauthorized:
        return False
    return True


# keys, when a run is stopped


def test_no_key_is_left_behind_by_a_run_that_is_stopped(alone: Given, cluster: ApiCluster) -> None:
    """Nor is one to be found while it waits."""
    waiting = accounts.manifest("Deployment", alone.namespace)
    waiting["spec"]["template"]["spec"]["schedulingGates"] = [{"name": "tests.example/wait"}]
    cluster.create(resources.DEPLOYMENT, alone.namespace, waiting)
    options = f"kubeconfig={alone.path} namespace={alone.namespace} name=app"
    with tempfile.TemporaryDirectory(dir="/tmp") as folder, waiting_run(options, folder) as run:
        assert run.stdout is not None
        first = run.stdout.readline()
        assert "0/2 new ready" in first, first
        assert keys_in(folder) == []
        os.killpg(run.pid, signal.SIGTERM)
        run.stdout.read()
        assert run.wait() != 0
        assert keys_in(folder) == []


def waiting_run(options: str, folder: str) -> subprocess.Popen[str]:
    """``workload_wait`` under way, all its temporary files in the folder, whose name is short: sockets are made there."""
    return subprocess.Popen(
        ["ansible", "localhost", "-c", "local", "-m", "steady.rollout.workload_wait", "-a", options],
        cwd=HERE.parents[1],
        env={**os.environ, **dict.fromkeys(("TMPDIR", "ANSIBLE_LOCAL_TEMP", "ANSIBLE_REMOTE_TMP"), folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def keys_in(folder: str) -> list[pathlib.Path]:
    return [
        path
        for path in pathlib.Path(folder).rglob("*")
        if path.is_file() and "PRIVATE KEY-" in path.read_text(errors="replace")
    ]


# credentials that cannot be right


def ended_certificate(given: Given) -> Json:
    (given.folder / "other").mkdir()
    old = Authority(given.folder / "other").issue("someone", days=-1)
    return {"host": given.host, "ca_cert": given.ca, "client_cert": str(old.certificate), "client_key": str(old.key)}


BAD: dict[str, tuple[t.Callable[[Given], Json], str]] = {
    "no such kubeconfig": (lambda _given: {"kubeconfig": "/no/such"}, r"There is no kubeconfig at /no/such\. Name one"),
    "no such context": (
        lambda given: {"kubeconfig": given.path, "context": "x"},
        r"There is no context x in .*; it has: ",
    ),
    "no YAML": (lambda given: {"kubeconfig": given.file("bad", "a: [b\nc: {")}, r"bad is not valid YAML \(line \d\)\."),
    "text in place of a path": (
        lambda given: {"kubeconfig": json.dumps(given.kubeconfig)},
        r"kubeconfig is the text of a",
    ),
    "no such user": (
        lambda given: {"kubeconfig": {**given.kubeconfig, "users": []}},
        r"has no user \S+, which its context",
    ),
    "no such certificate": (
        lambda given: {"host": given.host, "client_cert": "/no/crt", "client_key": given.key},
        r"client certificate or key /no/crt cannot be used: no such file",
    ),
    "a key that is none": (
        lambda given: {"host": given.host, "client_cert": given.certificate, "client_key": given.ca},
        r"it or its key is not in PEM format",
    ),
    "a certificate that has ended": (ended_certificate, r"The client certificate ended on \d{4}-"),
    "a token that has ended": (
        lambda given: {"host": given.host, "ca_cert": given.ca, "api_key": ended_token()},
        r"credentials of the option api_key \(Unauthorized\).* The token ended on 1970-01-01 at 00:00 UTC\.",
    ),
    "a token that nobody knows": (
        lambda given: {"host": given.host, "ca_cert": given.ca, "api_key": "marked-secret"},
        r"does not accept the credentials of the option api_key .* Renew them\.",
    ),
    "a token that cannot be sent": (
        lambda given: {"host": given.host, "ca_cert": given.ca, "api_key": "marked\nsecret"},
        r"has characters that cannot be sent",
    ),
    "no credentials": (
        lambda given: {"kubeconfig": given.kubeconfig_with({})},
        r"No credentials were sent, or none of a kind",
    ),
    "another CA": (
        lambda given: {"host": given.host, "ca_cert": str(Authority(given.folder).own.certificate), "api_key": "x"},
        r"its certificate cannot be trusted .* give its CA with the option ca_cert",
    ),
    "a CA that is none": (
        lambda given: {"host": given.host, "ca_cert": given.key, "api_key": "x"},
        r"The CA certificate \S+ cannot",
    ),
    "nobody there": (
        lambda _given: {"host": "https://127.0.0.1:1", "api_key": "x"},
        r"127.0.0.1:1 cannot be reached: connection refused",
    ),
    "no such host": (lambda _given: {"host": "https://no.invalid", "api_key": "x"}, r"the host name does not resolve"),
    "no TLS": (
        lambda given: {"host": given.host.replace("https", "http"), "api_key": "x"},
        r"speaks HTTPS: write https://",
    ),
    "no such plugin": (
        lambda given: {
            "kubeconfig": given.kubeconfig_with(given.plugin("", command="no-such-plugin", installHint="Ask Ada."))
        },
        r"no-such-plugin: no such file or directory\. Its kubeconfig says: Ask Ada\.$",
    ),
    "a plugin that fails": (
        lambda given: {"kubeconfig": given.kubeconfig_with(given.plugin("echo log in again >&2; exit 3"))},
        r"gave no credentials: process returned 3\. log in again\. Run its command by hand",
    ),
    "a plugin that babbles": (
        lambda given: {"kubeconfig": given.kubeconfig_with(given.plugin("echo marked-secret"))},
        r"failed to decode process output",
    ),
    "no such proxy": (
        lambda given: {"kubeconfig": given.path, "proxy": "http://ada:marked-secret@127.0.0.1:1"},
        r"proxy 127\.0\.0\.1:1: connection refused",
    ),
    "groups of nobody": (
        lambda given: {"kubeconfig": given.path, "impersonate_groups": ("a",)},
        r"needs impersonate_user",
    ),
}


def ended_token() -> str:
    head, body = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in ({"alg": "RS256"}, {"exp": 0})
    )
    return f"{head}.{body}.c2lnbmF0dXJl"


@pytest.mark.parametrize("what", BAD)
def test_what_cannot_be_right_is_one_sentence_before_anything(what: str, given: Given) -> None:
    options, words = BAD[what]
    with pytest.raises(errors.RolloutError) as refusal:
        connect(Options(**options(given))).list(resources.Scope(resources.POD, given.namespace))
    said = str(refusal.value)
    assert re.search(words, said), said
    assert "marked" not in said
    assert "\n" not in said
    assert given.user["client-key-data"][:40] not in said
