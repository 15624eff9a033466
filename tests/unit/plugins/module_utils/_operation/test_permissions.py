# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pathlib
import typing as t

import pytest
import yaml

from ansible_collections.steady.rollout.plugins.module_utils._operation import jobs, permissions
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Settings
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, gates, kinds, resources
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Limits
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds import daemonset, deployment, statefulset
from ansible_collections.steady.rollout.tests.unit import samples
from ansible_collections.steady.rollout.tests.unit.films.replay import show

Json = dict[str, t.Any]

COLLECTION = pathlib.Path(__file__).parents[5]
ALL = tuple((operation, kind) for operation in permissions.NAMES for kind in kinds.KINDS)


def check(operation: str, allowed: list[Json], settings: Settings | None = None) -> list[str]:
    """What the check asks beside the rules, which it raises Forbidden for when the answer is no."""
    stage = show("upgrade")
    stage.cluster.allowed = allowed
    asked: list[str] = []

    def can_i(verb: str, resource: t.Any, _namespace: str, name: str = "") -> bool:
        asked.append(f"{verb} {resource.plural} {name}".rstrip())
        return False

    stage.cluster.find = lambda *_names: (resources.NODE, False)  # type: ignore[method-assign]
    stage.cluster.can_i = can_i  # type: ignore[method-assign]
    try:
        permissions.check(stage.ports, deployment, samples.REFERENCE, operation, settings or Settings())
    except errors.Forbidden:
        assert asked
        raise
    return asked


def rules(operation: str, kind: t.Any = deployment) -> list[Json]:
    return [right.rule for right in permissions.of(operation, kind) if not right.optional]


@pytest.mark.parametrize("operation", permissions.NAMES)
def test_with_all_rights_nothing_more_is_asked(operation: str) -> None:
    assert check(operation, rules(operation)) == []
    assert check(operation, [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]) == []


@pytest.mark.parametrize("operation", permissions.NAMES)
def test_each_verb_that_is_missing_is_named(operation: str) -> None:
    whole = rules(operation)
    for index, rule in enumerate(whole):
        for verb in rule["verbs"]:
            without = {**rule, "verbs": [other for other in rule["verbs"] if other != verb]}
            with pytest.raises(
                errors.Forbidden, match=rf"needs: {verb} {rule['resources'][0]} \(.*Nothing was changed"
            ):
                check(operation, [*whole[:index], without, *whole[index + 1 :]], Settings(config=True, secrets=True))


def test_what_a_gate_or_an_option_asks_for_is_asked_for_only_then() -> None:
    whole = rules("upgrade")
    written = [
        {"condition": {"api_version": "v1", "kind": "Node", "name": "n", "jmespath": "true"}},
        {"endpoints_ready": {}},
    ]
    settings = Settings(gates=gates.parse(written))
    with pytest.raises(errors.Forbidden) as refusal:
        check("upgrade", whole, settings)
    assert "needs: list, watch nodes in the whole cluster (gate condition); list, watch services" in str(refusal.value)
    assert "verbs: [list, watch]}  # in a ClusterRole\n    - {apiGroups: [" in str(refusal.value)
    for_nodes = Settings(limits=Limits(ignore_unready_nodes=True))
    assert check("upgrade", whole, for_nodes) == []
    needed = [right for right in permissions.of("upgrade", daemonset) if permissions._is_needed(right, for_nodes)]
    assert needed[-1].resource == resources.NODE


def test_the_sentence_says_who_where_and_what_to_add() -> None:
    allowed = [rule for rule in rules("scale") if rule["resources"] != ["leases"]]
    for rule in allowed:
        rule["verbs"] = [verb for verb in rule["verbs"] if verb != "patch"]
    with pytest.raises(errors.Forbidden) as refusal:
        check("scale", allowed)
    assert str(refusal.value) == (
        "ServiceAccount ci/deployer may not do in namespace shop what this needs: patch deployments (the change, its undoing, and"
        " how it turned out); get, list, watch, create, patch, delete leases (one run at a time). Nothing was changed. "
        "Add to its Role (docs/permissions.md has a whole one):\n"
        "    - {apiGroups: [apps], resources: [deployments], verbs: [patch]}\n"
        "    - {apiGroups: [coordination.k8s.io], resources: [leases], verbs: [get, list, watch, create, patch, delete]}"
    )


def test_a_rule_for_names_only_is_looked_into_with_the_name() -> None:
    named = [{**rule, "resourceNames": ["app"]} for rule in rules("info")]
    stage = show("upgrade")
    stage.cluster.allowed = named
    asked: list[tuple[str, str]] = []

    def can_i(_verb: str, resource: t.Any, _namespace: str, name: str = "") -> bool:
        asked.append((resource.plural, name))
        return True

    stage.cluster.can_i = can_i  # type: ignore[method-assign]
    permissions.check(stage.ports, deployment, samples.REFERENCE, "info", Settings())
    assert asked == [("deployments", "app"), ("deployments", "app"), ("replicasets", ""), ("pods", ""), ("events", "")]


def test_a_sub_resource_may_be_granted_for_all_resources() -> None:
    grants = permissions._grants
    log = {"apiGroups": [""], "resources": ["*/log"], "verbs": ["get"]}
    assert grants(log, "get", resources.POD_LOG)
    assert not grants(log, "get", resources.POD)
    assert not grants({**log, "resources": ["pods"]}, "get", resources.POD_LOG)


def test_what_a_node_needs_is_asked_for_in_the_whole_cluster_before_anything_is_written() -> None:
    stage = show("upgrade")
    asked: list[tuple[str, str, str, str]] = []

    def can_i(verb: str, resource: t.Any, namespace: str, name: str = "") -> bool:
        asked.append((verb, resource.plural, namespace, name))
        return resource.plural != "pods/eviction"

    stage.cluster.can_i = can_i  # type: ignore[method-assign]
    with pytest.raises(errors.Forbidden) as refusal:
        permissions.of_nodes(stage.ports.cluster, "worker-1", permissions.DRAIN)
    assert str(refusal.value) == (
        "ServiceAccount ci/deployer may not do what this needs: create pods/eviction in the whole cluster (evictions). Nothing was"
        " changed. Add to its Role (docs/permissions.md has a whole one):\n"
        '    - {apiGroups: [""], resources: [pods/eviction], verbs: [create]}  # in a ClusterRole'
    )
    assert ("patch", "nodes", "", "worker-1") in asked
    assert ("watch", "poddisruptionbudgets", "", "") in asked


# what people read, and what kubectl applies


def table() -> str:
    """The table in docs/permissions.md."""
    rows: dict[tuple[str, tuple[str, ...], str], tuple[permissions.Right, dict[str, None], dict[str, None]]] = {}
    by_gates = [(f"gate `{name}`", right) for name, rights in permissions.GATES.items() for right in rights]
    by_gates += [(f"strategy `{name}`", right) for name, rights in permissions.STRATEGIES.items() for right in rights]
    by_gates += [(f"`{name}`", right) for name, rights in permissions.NODES.items() for right in rights]
    by_gates += [(f"role `{name}`", right) for name, rights in permissions.ROLES.items() for right in rights]
    by_operations = [(operation, right) for operation, kind in ALL for right in permissions.of(operation, kind)]
    for operation, right in [*by_operations, *by_gates]:
        key = (right.resource.group, right.verbs, right.why)
        row = rows.setdefault(key, (right, {}, {}))
        row[1].setdefault(right.resource.plural)
        row[2].setdefault(operation)
    lines = ["| apiGroups | resources | verbs | what for | operations |", "| --- | --- | --- | --- | --- |"]
    for (group, verbs, why), (right, plurals, operations) in rows.items():
        who = "all" if set(operations) == set(permissions.NAMES) else ", ".join(operations)
        extra = "; optional" if right.optional else f"; only with `{right.option}`" if right.option else ""
        columns = (f"`{group}`" if group else '`""`', ", ".join(plurals), ", ".join(verbs), f"{why}{extra}", who)
        lines.append(f"| {' | '.join(columns)} |")
    return "\n".join(lines)


def role(name: str, rights: t.Iterable[permissions.Right], kind: str = "Role") -> Json:
    meta = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": {"name": name}}
    return {**meta, "rules": jobs.merged(rights)}


def roles() -> list[Json]:
    """The Roles in extensions/rbac/role.yml."""
    every = [right for operation, kind in ALL for right in permissions.of(operation, kind)]
    along = [right for right in every if right.option in ("config", "secrets")]
    pinning = [right for right in every if right.option == "pin_digests"]
    every = [right for right in every if right not in (*along, *pinning)]
    reading = [right for name in ("info", "wait") for kind in kinds.KINDS for right in permissions.of(name, kind)]
    of_nodes = [right for rights in permissions.NODES.values() for right in rights]
    of_nodes += [right for kind in (deployment, statefulset) for right in permissions.of("wait", kind)]
    return [
        role("steady-rollout-viewer", [right for right in reading if right.namespace is None]),
        role("steady-rollout-operator", [right for right in every if right.namespace is None]),
        role("steady-rollout-configuration", along),
        role("steady-rollout-images", pinning),
        role("steady-rollout-gates", [right for rights in permissions.GATES.values() for right in rights]),
        role("steady-rollout-strategies", [right for rights in permissions.STRATEGIES.values() for right in rights]),
        role("steady-rollout-roles", [right for rights in permissions.ROLES.values() for right in rights]),
        role("steady-rollout-nodes", [right for right in every if right.namespace == ""], "ClusterRole"),
        role("steady-rollout-maintenance", of_nodes, "ClusterRole"),
    ]


def test_the_documentation_has_the_table_of_the_code() -> None:
    expected = table()
    assert expected in (COLLECTION / "docs" / "permissions.md").read_text(), f"docs/permissions.md needs:\n{expected}"


def test_the_roles_are_those_of_the_code() -> None:
    expected = roles()
    shipped = yaml.safe_load((COLLECTION / "extensions" / "rbac" / "role.yml").read_text())["items"]
    assert shipped == expected, "extensions/rbac/role.yml needs:\n" + yaml.safe_dump(expected, sort_keys=False)


def test_every_module_has_its_rights() -> None:
    modules = {path.stem.removeprefix("workload_") for path in (COLLECTION / "plugins" / "modules").glob("workload_*")}
    assert modules <= set(permissions.NAMES)
