# SPDX-License-Identifier: GPL-3.0-or-later
"""What each operation needs to be allowed, in RBAC's words, and the check of it before the first write.

docs/permissions.md and extensions/rbac/ say the same to people and to kubectl; a test keeps the three equal.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, resources

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Settings
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Cluster, Ports
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates.gate import Gate
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds.kind import Kind
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import Resource
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference

Json = dict[str, t.Any]


@dataclass(frozen=True)
class Right:
    """Verbs on a resource, and what for. Without an ``optional`` one the operation goes on; ``option`` is what alone asks for it.

    ``namespace`` is that of the workload unless it says another, or none for the whole cluster.
    """

    resource: Resource
    verbs: tuple[str, ...]
    why: str
    optional: bool = False
    option: str = ""
    namespace: str | None = None

    @property
    def rule(self) -> Json:
        """The rule of a Role that grants it."""
        return {"apiGroups": [self.resource.group], "resources": [self.resource.plural], "verbs": list(self.verbs)}


def of(operation: str, kind: Kind) -> tuple[Right, ...]:
    """All that the operation may ask of the API server for a workload of this kind."""
    return tuple(right for family in _OPERATIONS[operation] for right in family(kind))


GATES: dict[str, tuple[Right, ...]] = {
    "endpoints_ready": (
        Right(resources.SERVICE, ("list", "watch"), "which Services select the pods"),
        Right(resources.ENDPOINT_SLICE, ("list", "watch"), "whether they send traffic to them"),
    ),
    "job": (Right(resources.JOB, ("get", "list", "watch", "create", "delete"), "the Job, until it is over"),),
}
"""What gates ask for beside that. ``condition`` lists and watches the one object that it names; the others need nothing more."""


_EVERYTHING = ("get", "list", "watch", "create", "patch", "delete")
_BY_WEIGHTS = (
    Right(resources.DEPLOYMENT, _EVERYTHING, "the Deployment that runs the new version meanwhile"),
    Right(resources.SERVICE, ("get", "list", "create", "delete"), "the Services in front of both"),
    Right(resources.ENDPOINT_SLICE, ("list", "watch"), "whether a backend has ready endpoints"),
    Right(resources.HTTP_ROUTE, ("get", "list", "watch", "patch"), "the weights, and whether they are in force"),
    Right(resources.HORIZONTAL_POD_AUTOSCALER, ("list",), "whether an autoscaler owns the number of replicas"),
)
STRATEGIES: dict[str, tuple[Right, ...]] = {"canary": _BY_WEIGHTS, "blue_green": _BY_WEIGHTS}
"""What strategies ask for beside that, and whatever ends a rollout that one of them has begun."""


_OBJECT = ("get", "create", "patch")
ROLES: dict[str, tuple[Right, ...]] = {
    "image_deployment": (
        Right(resources.NAMESPACE, ("get",), "whether the namespace is there, with the label for its pods"),
        Right(resources.SERVICE, _OBJECT, "the Service in front"),
    ),
    "scaling": (
        Right(resources.HORIZONTAL_POD_AUTOSCALER, ("get", "list", "create", "patch", "delete"), "its own autoscaler"),
        Right(resources.POD_DISRUPTION_BUDGET, _OBJECT, "its own disruption budget"),
    ),
}
"""What roles ask for beside the modules that they use."""


_NODE = (
    Right(resources.NODE, ("get", "list", "watch", "patch"), "the node and its cordon"),
    Right(resources.POD, ("list", "watch"), "the pods on it"),
)
DRAIN = (
    *_NODE,
    Right(resources.REPLICA_SET, ("get",), "which Deployment a pod on it belongs to"),
    Right(resources.EVICTION, ("create",), "evictions"),
    Right(resources.POD_DISRUPTION_BUDGET, ("list", "watch"), "which budget lets no pod go"),
)
UNCORDON = (*_NODE, Right(resources.LEASE, ("list", "watch"), "whether its kubelet lives"))
NODES = {"node_drain": DRAIN, "node_uncordon": UNCORDON}
"""What the maintenance of a node asks for in the whole cluster, beside what ``wait`` needs for the workloads that have pods on it."""


def of_nodes(cluster: Cluster, node: str, needed: t.Sequence[Right]) -> None:
    """Raise Forbidden that names everything that is missing, before anything is written."""
    missing = []
    for right in needed:
        name = node if right.resource == resources.NODE else ""
        verbs = tuple(verb for verb in right.verbs if not cluster.can_i(verb, right.resource, "", name))
        missing += [replace(right, verbs=verbs, namespace="")] if verbs else []
    if missing:
        raise errors.Forbidden(_refusal(cluster.user(), "", missing))


def check(ports: Ports, kind: Kind, reference: Reference, operation: str, settings: Settings) -> None:
    """Raise Forbidden that names everything that is missing, before anything is written. Costs one request when nothing is."""
    needed = [right for right in of(operation, kind) if _is_needed(right, settings)]
    strategy = settings.strategy
    needed += STRATEGIES[strategy.NAME] if strategy else ()
    for gate in (*settings.gates, *(strategy.gates if strategy else ())):
        needed += _condition(ports.cluster, gate) if gate.form.NAME == "condition" else GATES.get(gate.form.NAME, ())
    require(ports, kind, reference, needed)


def require(ports: Ports, kind: Kind, reference: Reference, needed: t.Sequence[Right]) -> None:
    """Raise Forbidden that names all of these that are missing."""
    missing = _missing(ports.cluster, reference, kind, needed)
    if missing:
        raise errors.Forbidden(_refusal(ports.cluster.user(), reference.namespace, missing))


def _condition(cluster: Cluster, gate: Gate) -> tuple[Right, ...]:
    """The object of a condition; a kind that the server does not know is refused elsewhere."""
    options = gate.options
    try:
        resource, namespaced = cluster.find(options["api_version"], options["kind"])
    except errors.NotFound:
        return ()
    namespace = (options["namespace"] or None) if namespaced else ""
    return (Right(resource, ("list", "watch"), f"gate {gate.label}", namespace=namespace),)


def _seen(kind: Kind) -> tuple[Right, ...]:
    return (
        Right(kind.RESOURCE, ("get", "list"), "the workload"),
        Right(kind.REVISION_RESOURCE, ("list",), "its revisions"),
        Right(resources.POD, ("list",), "its pods"),
        Right(resources.EVENT, ("list",), "warnings about them"),
    )


def _run(_kind: Kind) -> tuple[Right, ...]:
    return (Right(resources.LEASE, ("get", "list"), "who is changing it at the moment", optional=True),)


def _told(_kind: Kind) -> tuple[Right, ...]:
    return (Right(resources.POD_LOG, ("get",), "the last lines of a container that fails", optional=True),)


def _watched(kind: Kind) -> tuple[Right, ...]:
    watched = (kind.RESOURCE, kind.REVISION_RESOURCE, resources.POD, resources.EVENT)
    return tuple(Right(resource, ("watch",), "news of them, without asking again and again") for resource in watched)


def _patched(kind: Kind) -> tuple[Right, ...]:
    return (
        Right(kind.RESOURCE, ("patch",), "the change, its undoing, and how it turned out"),
        Right(resources.LEASE, ("get", "list", "watch", "create", "patch", "delete"), "one run at a time"),
    )


def _created(kind: Kind) -> tuple[Right, ...]:
    return (Right(kind.RESOURCE, ("create",), "a workload that is not there yet"),)


def _room(kind: Kind) -> tuple[Right, ...]:
    quotas = Right(resources.RESOURCE_QUOTA, ("list",), "whether a further pod has room", optional=True)
    return () if kind.RESOURCE.kind == "StatefulSet" else (quotas,)


def _served(_kind: Kind) -> tuple[Right, ...]:
    option = "zero_downtime"
    return (
        Right(resources.SERVICE, ("list",), "whether it serves anybody", optional=True, option=option),
        Right(resources.POD_DISRUPTION_BUDGET, ("list",), "a note when it is refused", optional=True, option=option),
    )


def _pinned(_kind: Kind) -> tuple[Right, ...]:
    why, option = "credentials for the registry, where it wants some", "pin_digests"
    return (
        Right(resources.SERVICE_ACCOUNT, ("get",), "which pull secrets its pods get", optional=True, option=option),
        Right(resources.SECRET, ("get",), why, optional=True, option=option),
    )


def _autoscaler(_kind: Kind) -> tuple[Right, ...]:
    scaler = resources.HORIZONTAL_POD_AUTOSCALER
    return (Right(scaler, ("list",), "whether an autoscaler owns the number of replicas"),)


def _configuration(_kind: Kind) -> tuple[Right, ...]:
    verbs, why = (
        ("list", "create", "patch", "delete"),
        "that come along, and clearing those that no revision names any more",
    )
    return (
        Right(resources.CONFIG_MAP, verbs, f"ConfigMaps {why}", option="config"),
        Right(resources.SECRET, verbs, f"Secrets {why}", option="secrets"),
    )


def _unstuck(kind: Kind) -> tuple[Right, ...]:
    why, option = "pods that keep an undone StatefulSet from moving", "delete_stuck_pods"
    return (Right(resources.POD, ("delete",), why, option=option),) if kind.RESOURCE.kind == "StatefulSet" else ()


def _nodes(kind: Kind) -> tuple[Right, ...]:
    why, option = "which nodes are not ready", "ignore_unready_nodes"
    nodes = Right(resources.NODE, ("list", "watch"), why, option=option, namespace="")
    return (nodes,) if kind.RESOURCE.kind == "DaemonSet" else ()


_OPERATIONS: dict[str, tuple[t.Callable[[Kind], tuple[Right, ...]], ...]] = {
    "info": (_seen, _run, _told),
    "wait": (_seen, _watched, _told, _nodes),
    "upgrade": (_seen, _watched, _told, _patched, _room, _served, _pinned, _unstuck, _nodes),
    "deploy": (
        _seen,
        _watched,
        _told,
        _patched,
        _created,
        _configuration,
        _autoscaler,
        _served,
        _pinned,
        _unstuck,
        _nodes,
    ),
    "rollback": (_seen, _watched, _told, _patched, _served, _unstuck, _nodes),
    "scale": (_seen, _watched, _told, _patched, _autoscaler, _nodes),
    "restart": (_seen, _watched, _told, _patched, _room, _served, _unstuck, _nodes),
    "pause": (_seen, _watched, _told, _patched, _nodes),
}
NAMES = tuple(_OPERATIONS)


def _is_needed(right: Right, settings: Settings) -> bool:
    asked = (
        getattr(settings, right.option, False) or getattr(settings.limits, right.option, False)
        if right.option
        else True
    )
    return bool(asked) and not right.optional


def _missing(cluster: Cluster, reference: Reference, kind: Kind, needed: t.Sequence[Right]) -> list[Right]:
    """What is lacking, verb by verb: first by the list of rules, then by a question for each that the list leaves open."""
    rules = cluster.rules(reference.namespace)
    lacking = []
    for right in needed:
        name = reference.name if right.resource == kind.RESOURCE else ""
        own = right.namespace in (None, reference.namespace)
        namespace = reference.namespace if right.namespace is None else right.namespace
        listed = [verb for verb in right.verbs if own and any(_grants(rule, verb, right.resource) for rule in rules)]
        unlisted = (verb for verb in right.verbs if verb not in listed)
        verbs = tuple(verb for verb in unlisted if not cluster.can_i(verb, right.resource, namespace, name))
        if verbs:
            lacking.append(replace(right, verbs=verbs, namespace=None if own else namespace))
    return lacking


def _grants(rule: Json, verb: str, resource: Resource) -> bool:
    """Whether the rule allows it for every name."""
    sub = resource.plural.partition("/")[2]
    ways = {resource.plural, "*"} | ({f"*/{sub}"} if sub else set())
    return (
        not rule.get("resourceNames")
        and not {verb, "*"}.isdisjoint(rule.get("verbs") or ())
        and not {resource.group, "*"}.isdisjoint(rule.get("apiGroups") or ())
        and not ways.isdisjoint(rule.get("resources") or ())
    )


def _refusal(user: str, namespace: str, missing: t.Sequence[Right]) -> str:
    lacking = "; ".join(
        f"{', '.join(right.verbs)} {right.resource.plural}{_elsewhere(right)} ({right.why})" for right in missing
    )
    rules = "\n".join(f"    - {_flow(right.rule)}{_bound(right)}" for right in missing)
    where = f" in namespace {namespace}" if namespace else ""
    return (
        f"{_person(user)} may not do{where} what this needs: {lacking}. Nothing was changed. "
        f"Add to its Role (docs/permissions.md has a whole one):\n{rules}"
    )


def _elsewhere(right: Right) -> str:
    if right.namespace is None:
        return ""
    return f" in namespace {right.namespace}" if right.namespace else " in the whole cluster"


def _bound(right: Right) -> str:
    if right.namespace is None:
        return ""
    return f"  # in namespace {right.namespace}" if right.namespace else "  # in a ClusterRole"


def _person(user: str) -> str:
    parts = user.split(":")
    if parts[:2] == ["system", "serviceaccount"] and len(parts) == 4:
        return f"ServiceAccount {parts[2]}/{parts[3]}"
    return f"User {user}" if user else "The user of these credentials"


def _flow(rule: Json) -> str:
    groups, plurals, verbs = (
        ", ".join(item or '""' for item in rule[key]) for key in ("apiGroups", "resources", "verbs")
    )
    return f"{{apiGroups: [{groups}], resources: [{plurals}], verbs: [{verbs}]}}"
