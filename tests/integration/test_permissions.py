# SPDX-License-Identifier: GPL-3.0-or-later
"""Each operation with exactly the rights that are documented, and without each of them in turn, on the real API server."""

from __future__ import annotations

import base64
import functools
import json
import os
import pathlib
import secrets
import subprocess
import tempfile
import typing as t
from dataclasses import replace

import pytest
import yaml

from ansible_collections.steady.rollout.plugins.module_utils._cluster.cluster import ApiCluster, connect
from ansible_collections.steady.rollout.plugins.module_utils._cluster.options import Options
from ansible_collections.steady.rollout.plugins.module_utils._operation import (
    deploy,
    info,
    pause,
    permissions,
    restart,
    rollback,
    scale,
    upgrade,
    wait,
)
from ansible_collections.steady.rollout.plugins.module_utils._rollout import (
    configuration,
    errors,
    gates,
    kinds,
    leases,
    objects,
    resources,
)
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Limits
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference
from ansible_collections.steady.rollout.tests.integration import accounts, fronts
from ansible_collections.steady.rollout.tests.integration.processes import Processes

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._cluster.request import Request
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports

Json = dict[str, t.Any]
Operation = t.Callable[["Ports", Reference], t.Any]

HERE = pathlib.Path(__file__).parent
SETTINGS = accounts.SETTINGS
ROLLING_NOTHING = replace(SETTINGS, zero_downtime=None)
HASTY = replace(SETTINGS, limits=Limits(unschedulable_grace=1.0))
"""A wait reads lists that came with their watch once more when it fails: that has not to take a minute."""


def deployed(ports: Ports, reference: Reference) -> t.Any:
    """A workload beside the one that is there, and that one again: the right to create is checked for the first only."""
    manifest = accounts.manifest(reference.kind, reference.namespace, "2.0")
    deploy.deploy(ports, {**manifest, "metadata": {**manifest["metadata"], "name": "fresh"}}, SETTINGS)
    return deploy.deploy(ports, manifest, SETTINGS)


OPERATIONS: dict[str, Operation] = {
    "info": lambda ports, it: info.info(ports, it.kind, it.namespace, it.name, Limits()),
    "wait": lambda ports, it: wait.wait(ports, it, HASTY),
    "upgrade": lambda ports, it: upgrade.upgrade(ports, it, upgrade.Wanted("2.0"), SETTINGS),
    "deploy": deployed,
    "rollback": lambda ports, it: rollback.rollback(ports, it, rollback.Target(), SETTINGS),
    "scale": lambda ports, it: scale.scale(ports, it, 1, ROLLING_NOTHING),
    "restart": lambda ports, it: restart.restart(ports, it, SETTINGS),
    "pause": lambda ports, it: (pause.pause(ports, it, ROLLING_NOTHING), pause.resume(ports, it, ROLLING_NOTHING))[-1],
}
RARE = {
    ("list", "poddisruptionbudgets"): "a workload that would lose requests, which may not",
    ("get", "pods/log"): "a container that fails",
    ("get", "leases"): "two runs at once",
    ("list", "leases"): "two runs at once",
    ("watch", "leases"): "two runs at once",
    ("patch", "leases"): "a run of more than five seconds",
    ("delete", "pods"): "a stuck StatefulSet",
    ("get", "namespaces"): "an object that is not there; nobody needs the right, it only tells what is missing",
}
"""What is not asked for every time."""


def asked_of(cluster: ApiCluster) -> set[tuple[str, str]]:
    """Verbs and resources that this cluster is asked for from now on; reviews of one's own rights, and what there is, need none."""
    asked: set[tuple[str, str]] = set()
    send = cluster._api.send

    def noted(request: Request, **how: t.Any) -> t.Any:
        resource = request.resource.plural + (f"/{request.sub}" if request.sub else "")
        if resource and not resource.startswith("selfsubject"):
            asked.add((request.verb, resource))
        if ("sendInitialEvents", "true") in request.query:
            # What the first watch brings along; a server before 1.32 is asked for a list itself.
            asked.add(("list", resource))
        if "apply" in request.content_type:
            asked.add(("create", resource))
        return send(request, **how)

    cluster._api.send = noted  # type: ignore[method-assign,assignment]
    return asked


def rights_of(operation: str, kind: str = "Deployment") -> set[tuple[str, str]]:
    """The verbs and resources of the documented Role."""
    return {
        (verb, right.resource.plural)
        for right in permissions.of(operation, kinds.named(kind))
        for verb in right.verbs
        if not right.option or getattr(SETTINGS, right.option, False)
    }


def rules_for(rights: t.Iterable[tuple[str, str]], kind: str = "Deployment") -> list[Json]:
    """A rule for each."""
    every = [right for operation in permissions.NAMES for right in permissions.of(operation, kinds.named(kind))]
    more = (*permissions.GATES.values(), *permissions.STRATEGIES.values())
    every += [right for rights in more for right in rights]
    groups = {"serviceaccounts": "", **{right.resource.plural: right.resource.group for right in every}}
    return [{"apiGroups": [groups[plural]], "resources": [plural], "verbs": [verb]} for verb, plural in sorted(rights)]


def as_account(cluster: ApiCluster, namespace: str, rights: t.Iterable[tuple[str, str]], kind: str) -> ApiCluster:
    """The cluster as a ServiceAccount sees it that has these rights and no others."""
    token = accounts.service_account(cluster, namespace, "deployer", rules_for(rights, kind))
    kubeconfig = yaml.safe_load(pathlib.Path(os.environ["KUBECONFIG"]).read_text())
    users = [{"name": user["name"], "user": {"token": token}} for user in kubeconfig["users"]]
    made = connect(Options(kubeconfig={**kubeconfig, "users": users}))
    accounts.until(functools.partial(knows_its_role, made, namespace), "the Role is known to the server")
    return made


def knows_its_role(user: ApiCluster, namespace: str) -> bool:
    """Whether the user has more rights in the namespace than anybody has anywhere."""
    return len(user.rules(namespace)) > len(user.rules("default"))


def version_of(cluster: ApiCluster, reference: Reference) -> str:
    """Its resourceVersion."""
    present = cluster.read(kinds.named(reference.kind).RESOURCE, reference.namespace, reference.name)
    return str(objects.metadata(present)["resourceVersion"])


@pytest.mark.parametrize(
    ("operation", "kind"),
    [*((name, "Deployment") for name in OPERATIONS), ("upgrade", "StatefulSet"), ("rollback", "DaemonSet")],
)
def test_an_operation_uses_exactly_the_documented_rights(
    operation: str, kind: str, cluster: ApiCluster, namespace: str
) -> None:
    """As a ServiceAccount that has nothing else: a right that is not documented would fail it."""
    reference = accounts.given_running_application(cluster, namespace, kind)
    if operation == "rollback":
        upgrade.upgrade(accounts.ports(cluster), reference, upgrade.Wanted("2.0"), SETTINGS)
    account = as_account(cluster, namespace, rights_of(operation, kind), kind)
    asked = asked_of(account)
    outcome = OPERATIONS[operation](accounts.ports(account), reference)
    assert operation == "info" or outcome.status == "complete"
    assert asked | RARE.keys() == rights_of(operation, kind) | RARE.keys()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_right_that_is_missing_is_named_before_anything_is_changed(
    operation: str, cluster: ApiCluster, namespace: str
) -> None:
    """All rights but one, for each in turn, on a workload that never gets ready and so has to be watched."""
    waiting = accounts.manifest("Deployment", namespace)
    waiting["spec"]["template"]["spec"]["nodeSelector"] = {"there-is": "no-such-node"}
    cluster.create(resources.DEPLOYMENT, namespace, waiting)
    reference = Reference("Deployment", namespace, "app")
    whole = rights_of(operation)
    optional = {
        right.resource.plural for right in permissions.of(operation, kinds.named("Deployment")) if right.optional
    }
    needed = sorted(right for right in whole if right[1] not in optional)
    for verb, plural in needed:
        name = f"lacks-{verb}-{plural}"
        subject = {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": name}
        accounts.grant(cluster, namespace, name, rules_for(whole - {(verb, plural)}), subject)
    for verb, plural in needed:
        name = f"lacks-{verb}-{plural}"
        user = connect(Options(kubeconfig=os.environ["KUBECONFIG"], impersonate_user=name))
        accounts.until(functools.partial(knows_its_role, user, namespace), f"the Role of {name} is known")
        with pytest.raises(errors.Forbidden) as refusal:
            OPERATIONS[operation](accounts.ports(user), reference)
        text = str(refusal.value)
        assert name in text
        assert f"{verb} {plural}" in text
        assert namespace in text
    template = objects.template(cluster.read(resources.DEPLOYMENT, namespace, "app"))
    assert objects.images(template) == {"app": f"{accounts.IMAGE}:1.0"}
    assert cluster.list(resources.Scope(resources.LEASE, namespace)) == []


def test_configuration_asks_for_all_of_its_own_rights(cluster: ApiCluster, namespace: str) -> None:
    reference = Reference("Deployment", namespace, "app")
    own = {
        (verb, right.resource.plural)
        for right in permissions.of("deploy", kinds.named("Deployment"))
        for verb in right.verbs
        if right.option in ("config", "secrets")
    }
    for resource in (resources.CONFIG_MAP, resources.SECRET):
        meta = {"name": "left-by-a-killed-run", "labels": {configuration.LABEL: configuration.label(reference)}}
        cluster.create(resource, namespace, {"apiVersion": "v1", "kind": resource.kind, "metadata": meta})
    manifest = accounts.manifest("Deployment", namespace)
    manifest["spec"]["template"]["spec"]["containers"][0]["envFrom"] = [
        {"configMapRef": {"name": "settings"}},
        {"secretRef": {"name": "login"}},
    ]
    along: Json = {"config": {"settings": {"data": {"A": "1"}}}, "secrets": {"login": {"string_data": {"B": "2"}}}}
    user = as_account(cluster, namespace, rights_of("deploy"), "Deployment")
    with pytest.raises(errors.Forbidden, match="list, create, patch, delete secrets"):
        deploy.deploy(accounts.ports(user), manifest, SETTINGS, configuration=along)
    accounts.grant(
        cluster,
        namespace,
        "more",
        rules_for(own),
        {"kind": "ServiceAccount", "name": "deployer", "namespace": namespace},
    )
    accounts.until(lambda: user.can_i("delete", resources.SECRET, namespace), "the further Role is known")
    asked = asked_of(user)
    outcome = deploy.deploy(accounts.ports(user), manifest, SETTINGS, configuration=along)
    assert outcome.status == "complete"
    assert own <= asked
    left = cluster.list(resources.Scope(resources.SECRET, namespace, labels=configuration.LABEL))
    assert [objects.name(item)[:6] for item in left] == ["login-"]


@pytest.mark.parametrize("may_read_logs", [True, False])
def test_a_log_is_read_when_a_container_fails_and_only_missed_without_the_right(
    may_read_logs: bool, cluster: ApiCluster, namespace: str
) -> None:
    crashing = accounts.manifest("Deployment", namespace, replicas=1)
    crashing["spec"]["template"]["spec"]["containers"][0]["env"][0]["value"] = "nonsense"
    cluster.create(resources.DEPLOYMENT, namespace, crashing)
    rights = rights_of("wait") - (set() if may_read_logs else {("get", "pods/log")})
    account = as_account(cluster, namespace, rights, "Deployment")
    asked = asked_of(account)
    settings = replace(SETTINGS, limits=Limits(crash_restarts=1))
    outcome = wait.wait(accounts.ports(account), Reference("Deployment", namespace, "app"), settings)
    assert (outcome.status, outcome.findings[0].code) == ("failed", "crash_loop")
    assert bool(outcome.findings[0].logs) == may_read_logs
    assert ("get", "pods/log") in asked


def test_a_lease_is_looked_at_when_there_are_two_runs_and_renewed_in_a_long_one(
    cluster: ApiCluster, namespace: str
) -> None:
    reference = accounts.given_application(cluster, namespace)
    account = as_account(cluster, namespace, rights_of("upgrade"), "Deployment")
    asked = asked_of(account)
    now, said = accounts.ports(cluster).clock.now, accounts.Told()
    other = cluster.lease(leases.Claim(reference, "other", "a test"), now=now, say=said.say)
    other.take(by_force=False)
    with pytest.raises(errors.Refused, match="being rolled by another run"):
        OPERATIONS["upgrade"](accounts.ports(account), reference)
    other.release()
    assert {right for right in asked if right[1] == "leases"} == {
        (verb, "leases") for verb in ("create", "get", "list", "watch")
    }
    own = account.lease(leases.Claim(reference, "own", "a test"), now=now, say=said.say)
    own.take(by_force=False)
    accounts.until(lambda: ("patch", "leases") in asked, "the Lease is renewed")
    own.release()
    assert ("delete", "leases") in asked


def test_without_the_right_to_look_at_quotas_an_upgrade_says_so_and_goes_on(
    cluster: ApiCluster, namespace: str
) -> None:
    reference = accounts.given_running_application(cluster, namespace)
    rights = rights_of("upgrade") - {("list", "resourcequotas")}
    ports = accounts.ports(as_account(cluster, namespace, rights, "Deployment"))
    assert upgrade.upgrade(ports, reference, upgrade.Wanted("2.0"), SETTINGS).status == "complete"
    said = [line for line in t.cast("accounts.Told", ports.progress).lines if "quota head-room was not checked" in line]
    assert len(said) == 1
    assert "list resourcequotas" in said[0]


def test_a_stuck_statefulset_is_cured_with_the_documented_rights(cluster: ApiCluster, namespace: str) -> None:
    reference = accounts.given_running_application(cluster, namespace, "StatefulSet")
    account = as_account(cluster, namespace, rights_of("upgrade", "StatefulSet"), "StatefulSet")
    asked = asked_of(account)
    outcome = upgrade.upgrade(accounts.ports(account), reference, upgrade.Wanted("9.9"), SETTINGS)
    assert (outcome.status, outcome.rolled_back["version"]) == ("failed", "1.0")
    assert ("delete", "pods") in asked


def test_gates_use_exactly_the_documented_rights_and_name_what_is_missing(cluster: ApiCluster, namespace: str) -> None:
    reference = accounts.given_running_application(cluster, namespace)
    service = {"metadata": {"name": "app"}, "spec": {"selector": {"app": "app"}, "ports": [{"port": 8080}]}}
    cluster.create(resources.SERVICE, namespace, {"apiVersion": "v1", "kind": "Service", **service})
    condition = {
        "api_version": "v1",
        "kind": "ServiceAccount",
        "name": "deployer",
        "jmespath": "metadata.name == 'deployer'",
    }
    settings = replace(
        SETTINGS,
        gates=gates.parse(["endpoints_ready", {"job": {"definition": job(cluster)}}, {"condition": condition}]),
    )
    own = {
        (verb, right.resource.plural)
        for rights in permissions.GATES.values()
        for right in rights
        for verb in right.verbs
    }
    own |= {(verb, "serviceaccounts") for verb in ("list", "watch")}
    whole = rights_of("upgrade") | own
    for verb, plural in sorted(own):
        name = f"lacks-{verb}-{plural}"
        subject = {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": name}
        accounts.grant(cluster, namespace, name, rules_for(whole - {(verb, plural)}), subject)
        user = connect(Options(kubeconfig=os.environ["KUBECONFIG"], impersonate_user=name))
        accounts.until(functools.partial(knows_its_role, user, namespace), f"the Role of {name} is known")
        with pytest.raises(errors.Forbidden, match=f"needs: {verb} {plural} "):
            upgrade.upgrade(accounts.ports(user), reference, upgrade.Wanted("2.0"), settings)
    account = as_account(cluster, namespace, whole, "Deployment")
    asked = asked_of(account)
    outcome = upgrade.upgrade(accounts.ports(account), reference, upgrade.Wanted("2.0"), settings)
    assert [gate["state"] for gate in outcome.gates] == ["passed"] * 3, outcome.gates
    rare = RARE.keys() | {("get", "jobs")}
    assert asked | rare == whole | rare


def job(cluster: ApiCluster) -> Json:
    """A Job of a program that every node has and that ends well."""
    proxy = cluster.read(resources.DAEMON_SET, "kube-system", "kube-proxy")
    image = objects.images(objects.template(proxy))["kube-proxy"]
    container = {"name": "check", "image": image, "command": ["kube-proxy", "--version"]}
    return {"spec": {"template": {"spec": {"containers": [container]}}}}


def test_every_module_runs_with_the_shipped_role_and_shows_no_secret(
    cluster: ApiCluster, namespace: str, tmp_path: pathlib.Path
) -> None:
    """Through Ansible, at its most talkative; the token and the proxy's password are nowhere to be seen, then or afterwards."""
    shipped = yaml.safe_load((HERE.parents[1] / "extensions" / "rbac" / "role.yml").read_text())["items"]
    rules = next(role["rules"] for role in shipped if role["metadata"]["name"] == "steady-rollout-operator")
    token = accounts.service_account(cluster, namespace, "deployer", rules)
    server = yaml.safe_load(pathlib.Path(os.environ["KUBECONFIG"]).read_text())["clusters"][0]["cluster"]
    (tmp_path / "ca.crt").write_bytes(base64.b64decode(server["certificate-authority-data"]))
    definition = accounts.manifest("Deployment", namespace)
    secret = "marked-" + secrets.token_hex(8)
    with tempfile.TemporaryDirectory() as folder, fronts.proxy(f"ada:{secret}") as (port, seen):
        given = {
            "here": namespace,
            "api_key": token,
            "proxy": f"http://ada:{secret}@127.0.0.1:{port}",
            "definition": definition,
        }
        (tmp_path / "given.json").write_text(json.dumps(given))
        environment = {
            **{name: value for name, value in os.environ.items() if name != "KUBECONFIG"},
            "K8S_AUTH_HOST": server["server"],
            "K8S_AUTH_CA_CERT": str(tmp_path / "ca.crt"),
            "ANSIBLE_LOG_PATH": str(tmp_path / "log"),
            **dict.fromkeys(("ANSIBLE_LOCAL_TEMP", "ANSIBLE_REMOTE_TMP", "TMPDIR"), folder),
        }
        command = [
            "ansible-playbook",
            "-vvvv",
            "--diff",
            str(HERE / "every_module.yml"),
            "-e",
            f"@{tmp_path}/given.json",
        ]
        with Processes() as processes:
            played = subprocess.run(
                command,
                cwd=HERE.parents[1],
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
        left = [path.read_text(errors="replace") for path in pathlib.Path(folder).rglob("*") if path.is_file()]
    assert played.returncode == 0, played.stdout[-5000:] + played.stderr
    assert len(seen) > 5
    for words in (played.stdout, played.stderr, (tmp_path / "log").read_text(), processes.seen, *left):
        assert token not in words
        assert secret not in words
    assert "ansible-playbook" in processes.seen
