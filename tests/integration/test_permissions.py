# SPDX-License-Identifier: GPL-3.0-or-later
"""Each operation with exactly the rights that are documented, and without each of them in turn, on the real API server."""

from __future__ import annotations

import functools
import os
import pathlib
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
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, kinds, leases, objects, resources
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Limits
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference
from ansible_collections.steady.rollout.tests.integration import accounts

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._cluster.request import Request
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports

Json = dict[str, t.Any]
Operation = t.Callable[["Ports", Reference], t.Any]

SETTINGS = accounts.SETTINGS


def deployed(ports: Ports, reference: Reference) -> t.Any:
    """A workload beside the one that is there, and that one again: the right to create is checked for the first only."""
    manifest = accounts.manifest(reference.kind, reference.namespace, "2.0")
    deploy.deploy(ports, {**manifest, "metadata": {**manifest["metadata"], "name": "fresh"}}, SETTINGS)
    return deploy.deploy(ports, manifest, SETTINGS)


OPERATIONS: dict[str, Operation] = {
    "info": lambda ports, it: info.info(ports, it.kind, it.namespace, it.name, Limits()),
    "wait": lambda ports, it: wait.wait(ports, it, SETTINGS),
    "upgrade": lambda ports, it: upgrade.upgrade(ports, it, upgrade.Wanted("2.0"), SETTINGS),
    "deploy": deployed,
    "rollback": lambda ports, it: rollback.rollback(ports, it, rollback.Target(), SETTINGS),
    "scale": lambda ports, it: scale.scale(ports, it, 1, SETTINGS),
    "restart": lambda ports, it: restart.restart(ports, it, SETTINGS),
    "pause": lambda ports, it: (pause.pause(ports, it, SETTINGS), pause.resume(ports, it, SETTINGS))[-1],
}
RARE = {
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
    """Verbs and resources that this cluster is asked for from now on; reviews of one's own rights need none."""
    asked: set[tuple[str, str]] = set()
    send = cluster._api.send

    def noted(request: Request, **how: t.Any) -> t.Any:
        resource = request.resource.plural + (f"/{request.sub}" if request.sub else "")
        if not resource.startswith("selfsubject"):
            asked.add((request.verb, resource))
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
    groups = {
        right.resource.plural: right.resource.group
        for operation in permissions.NAMES
        for right in permissions.of(operation, kinds.named(kind))
    }
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
