# SPDX-License-Identifier: GPL-3.0-or-later
"""Two applications behind one load balancer of their own: certificates, redirects, limits, a canary in flight, and nothing left."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import re
import secrets
import subprocess
import typing as t

import pytest
import yaml

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, objects, resources
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference
from ansible_collections.steady.rollout.tests.integration import accounts, playbooks

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._cluster.cluster import ApiCluster

Json = dict[str, t.Any]
KINDS = (
    resources.HTTP_ROUTE,
    resources.NAMESPACE,
    resources.Resource("gateway.networking.k8s.io/v1", "gatewayclasses", "GatewayClass"),
    resources.Resource("gateway.networking.k8s.io/v1", "gateways", "Gateway"),
    resources.Resource("gateway.networking.k8s.io/v1", "referencegrants", "ReferenceGrant"),
    resources.Resource("rbac.authorization.k8s.io/v1", "clusterroles", "ClusterRole"),
    resources.Resource("rbac.authorization.k8s.io/v1", "clusterrolebindings", "ClusterRoleBinding"),
    resources.Resource("v1", "secrets", "Secret"),
)
SECRET = KINDS[-1]
CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


@dataclasses.dataclass(frozen=True)
class Balancer:
    """A load balancer of the test's own: its variables, the folder with the certificates, and a node that answers."""

    variables: Json
    folder: pathlib.Path
    address: str

    def play(self, *words: str, **more: t.Any) -> tuple[int, int, str]:
        """Exit code, changed tasks and output of the playbook."""
        file = self.folder / "variables.yml"
        file.write_text(yaml.safe_dump({**self.variables, **more}))
        given = ("-v", "--diff", "playbooks/load_balancer.yml", "-e", f"@{file}", *words)
        done = playbooks.by_itself(*given, ANSIBLE_CALLBACK_RESULT_FORMAT="json")
        found = re.search(r"changed=(\d+)", done.stdout)
        return done.returncode, int(found[1]) if found else -1, done.stdout

    def get(self, url: str) -> tuple[int, str, str]:
        """Status, body, and where it is sent on to. The certificate must be the one of the name that was asked for."""
        host, port = re.match(r"https?://([^:/]+):(\d+)", url).groups()  # type: ignore[union-attr]
        trusting = ("--cacert", str(self.folder / "ca.crt"), "--resolve", f"{host}:{port}:{self.address}")
        asking = ("--silent", "--show-error", "--max-time", "20", "--write-out", "\n%{http_code} %{redirect_url}")
        done = subprocess.run(["curl", *asking, *trusting, url], capture_output=True, text=True, check=True)
        body, _line, last = done.stdout.rpartition("\n")
        code, _space, redirect = last.partition(" ")
        return int(code), body, redirect


@pytest.fixture
def balancer(cluster: ApiCluster, namespace: str, tmp_path: pathlib.Path) -> t.Iterator[Balancer]:
    """What the playbook is given; whatever is installed goes afterwards."""
    name = f"lb-{secrets.token_hex(3)}"
    node = cluster.list(resources.Scope(resources.NODE, ""))[0]
    taken = {
        port.get("nodePort")
        for each in cluster.list(resources.Scope(resources.SERVICE, ""))
        for port in objects.spec(each)["ports"]
    }
    # Kubernetes gives these to nobody who does not ask for them by number.
    http, https = secrets.SystemRandom().sample(sorted(set(range(30000, 30086)) - taken), 2)
    given = {
        "workload_kubeconfig": os.environ["KUBECONFIG"],
        "load_balancer_namespace": name,
        "load_balancer_gateway": name,
        "load_balancer_gateway_class": name,
        "load_balancer_node_port": http,
        "load_balancer_https_node_port": https,
        "load_balancer_replicas": 1,
        "load_balancer_accept_seconds": 2,
        "load_balancer_keep_alive_seconds": 1,
        "load_balancer_grace_seconds": 1,
    }
    (address,) = (each["address"] for each in node["status"]["addresses"] if each["type"] == "InternalIP")
    balancer = Balancer(given, tmp_path, address)
    yield balancer
    if left(cluster, balancer):
        balancer.play(load_balancer_state="absent")


def certificate(folder: pathlib.Path, host: str) -> None:
    """``HOST.crt`` and ``HOST.key``, signed by the authority ``ca.crt``, which the first call makes."""

    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], cwd=folder, capture_output=True, check=True)

    if not (folder / "ca.crt").exists():
        openssl("req", "-x509", *CURVE, "-days", "2", "-subj", "/CN=authority", "-keyout", "ca.key", "-out", "ca.crt")
    (folder / "names").write_text(f"subjectAltName=DNS:{host}")
    openssl("req", *CURVE, "-subj", f"/CN={host}", "-keyout", f"{host}.key", "-out", "request")
    signed = ("-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names")
    openssl("x509", "-req", "-in", "request", *signed, "-out", f"{host}.crt")


def application(cluster: ApiCluster, namespace: str, name: str, version: str) -> None:
    """A Deployment and a Service of that name; it runs."""
    written = json.dumps(accounts.manifest("Deployment", namespace, version))
    deployment = json.loads(written.replace('"app"', f'"{name}"'))
    deployment["spec"]["replicas"] = 1
    ports = [{"port": 80, "targetPort": 8080}]
    service: Json = {"apiVersion": "v1", "kind": "Service", "metadata": {"namespace": namespace, "name": name}}
    cluster.create(resources.DEPLOYMENT, namespace, deployment)
    cluster.create(resources.SERVICE, namespace, {**service, "spec": {"selector": {name: name}, "ports": ports}})
    reference = Reference("Deployment", namespace, name)
    assert accounts.wait.wait(accounts.ports(cluster), reference, accounts.SETTINGS).status == "complete"


def left(cluster: ApiCluster, balancer: Balancer) -> list[str]:
    """What the cluster has of the load balancer, of any kind that the role makes."""
    name = balancer.variables["load_balancer_gateway"]
    found = [(kind.kind, each) for kind in KINDS for each in cluster.list(resources.Scope(kind, ""))]
    return [f"{kind} {each['metadata']['name']}" for kind, each in found if name in json.dumps(each["metadata"])]


def test_applications_share_a_load_balancer_that_leaves_nothing(
    cluster: ApiCluster, namespace: str, balancer: Balancer
) -> None:
    given, folder = balancer.variables, balancer.folder
    http, https = given["load_balancer_node_port"], given["load_balancer_https_node_port"]
    for host, version in (("one", "1.0"), ("two", "2.0")):
        certificate(folder, f"{host}.lab")
        application(cluster, namespace, host, version)
    certified = {"tls.crt": (folder / "one.lab.crt").read_text(), "tls.key": (folder / "one.lab.key").read_text()}
    named: Json = {"apiVersion": "v1", "kind": "Secret", "metadata": {"namespace": namespace, "name": "own"}}
    content = {"certificate": (folder / "two.lab.crt").read_text(), "key": (folder / "two.lab.key").read_text()}
    key_line = content["key"].splitlines()[1]
    first: Json = {"name": "one", "namespace": namespace, "hostnames": ["one.lab"], "service": "one"}
    second: Json = {"name": "two", "namespace": namespace, "hostnames": ["two.lab"], "service": "two"}
    routes = [{**first, "tls": {"secret": "own"}}, {**second, "tls": {**content, "redirect_status": 308}}]

    refused = [
        (routes, r"Secret \S+/own, .* is not there"),
        ([{**first, "tls": {"certificate": content["certificate"]}}], "has a tls that is not whole"),
        ([{**first, "timeouts": {"request": "1s"}}], "Traefik 3.7 reads neither"),
    ]
    for wrong, why in refused:
        code, changed, said = balancer.play(load_balancer_routes=wrong)
        assert (code, changed) == (2, 0), said
        assert re.search(why, said), said
    assert left(cluster, balancer) == []

    cluster.create(SECRET, namespace, {**named, "type": "kubernetes.io/tls", "stringData": certified})
    code, _changed, said = balancer.play("--check", load_balancer_routes=routes)
    assert code == 0, said
    assert left(cluster, balancer) == []
    code, changed, said = balancer.play(load_balancer_routes=routes)
    assert code == 0 and changed > 0, said
    assert key_line not in said
    code, changed, said = balancer.play(load_balancer_routes=routes)
    assert (code, changed) == (0, 0), said

    assert "App Version 1.0" in balancer.get(f"https://one.lab:{https}/")[1]
    assert "App Version 2.0" in balancer.get(f"https://two.lab:{https}/")[1]
    assert balancer.get(f"http://one.lab:{http}/a")[::2] == (301, f"https://one.lab:{https}/a")
    assert balancer.get(f"http://two.lab:{http}/b")[::2] == (308, f"https://two.lab:{https}/b")

    # A canary is in flight: its weights stay, whatever else the route is given.
    shared = [{"name": name, "port": 80, "weight": weight} for name, weight in (("one", 90), ("two", 10))]
    rules = cluster.read(resources.HTTP_ROUTE, namespace, "one")["spec"]["rules"]
    split = {"spec": {"rules": [{**rules[0], "backendRefs": shared}]}}
    cluster.patch(resources.HTTP_ROUTE, namespace, "one", split, content_type="application/merge-patch+json")
    # One more application without TLS, of which one half of the endpoints never answers; the second no longer wants TLS.
    halves = {"addressType": "IPv4", "ports": [{"name": "", "port": 8080}]}
    pods = cluster.list(resources.Scope(resources.POD, namespace, labels="two=two"))
    dead = {"addresses": [balancer.address], "conditions": {"ready": True}}
    good = {"addresses": [pods[0]["status"]["podIP"]], "conditions": {"ready": True}}
    meta = {"namespace": namespace, "name": "half"}
    for kind, body in (
        (resources.SERVICE, {"spec": {"ports": [{"port": 80, "targetPort": 8080}]}}),
        (resources.ENDPOINT_SLICE, {**halves, "endpoints": [good, dead]}),
    ):
        labels = {"labels": {"kubernetes.io/service-name": "half"}}
        whole = {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": {**meta, **labels}, **body}
        cluster.create(kind, namespace, whole)
    third: Json = {"name": "half", "namespace": namespace, "hostnames": ["half.lab"], "service": "half"}
    third["paths"] = ["/slow", "/version"]
    # From here on the Gateway API is there, as where somebody else has installed it.
    limits = {
        "load_balancer_gateway_api_url": "",
        "load_balancer_response_timeout": "3s",
        "load_balancer_retries": 2,
    }
    more = [{**routes[0], "hostnames": ["one.lab", "uno.lab"]}, second, third]
    code, _changed, said = balancer.play(load_balancer_routes=more, **limits)
    assert code == 0, said
    assert "shares its requests between one and two" in said
    route = cluster.read(resources.HTTP_ROUTE, namespace, "one")
    assert [each["weight"] for each in route["spec"]["rules"][0]["backendRefs"]] == [90, 10]
    assert route["spec"]["hostnames"] == ["one.lab", "uno.lab"]
    with pytest.raises(errors.NotFound):
        cluster.read(SECRET, namespace, "two-tls")
    assert "App Version 2.0" in balancer.get(f"http://two.lab:{http}/")[1]
    assert {balancer.get(f"http://half.lab:{http}/version")[0] for _each in range(20)} == {200}
    assert balancer.get(f"http://half.lab:{http}/")[0] == 404
    assert balancer.get(f"http://two.lab:{http}/slow?for=6s")[0] == 504

    # One goes, and the others answer on.
    code, _changed, said = balancer.play(load_balancer_routes=[{**third, "state": "absent"}], **limits)
    assert code == 0, said
    accounts.until(lambda: balancer.get(f"http://half.lab:{http}/version")[0] == 404, "Traefik has forgotten the route")
    assert "App Version" in balancer.get(f"https://one.lab:{https}/")[1]

    code, changed, said = balancer.play(load_balancer_state="absent")
    assert code == 0 and changed == 1, said
    assert left(cluster, balancer) == []
    assert cluster.read(SECRET, namespace, "own")["type"] == "kubernetes.io/tls"
    assert balancer.play(load_balancer_state="absent")[:2] == (0, 0)
