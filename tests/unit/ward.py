# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster of recorded objects with a node to maintain, on which something happens whenever somebody waits for it."""

from __future__ import annotations

import contextlib
import copy
import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, objects, resources
from ansible_collections.steady.rollout.tests.unit import samples
from ansible_collections.steady.rollout.tests.unit.films.replay import FilmClock, Heard

Json = dict[str, t.Any]

NODE = "worker-1"
HERE = {"spec": {"nodeName": NODE}}
NODE_OBJECT = samples.having(samples.recorded("node"), {"metadata": {"name": NODE, "resourceVersion": "1"}})
OWN = samples.having(samples.recorded("pod_of_daemonset"), HERE)
SELECTED = {"app": None, **samples.POD["metadata"]["labels"]}
BUDGET = samples.having(samples.recorded("poddisruptionbudget"), {"spec": {"selector": {"matchLabels": SELECTED}}})
CLOSED = samples.having(BUDGET, {"status": {"disruptionsAllowed": 0, "currentHealthy": 1}})


def pod(name: str, changes: Json | None = None) -> Json:
    """A pod of the Deployment on the node."""
    meta = {"metadata": {"name": name, "uid": f"uid-{name}"}}
    return samples.having(samples.having(samples.POD, {**HERE, **meta}), changes or {})


class Ward:
    """Satisfies the ports ``EvictingCluster`` and ``Feed``. ``then`` happens in turn, one thing a wait; evicted pods go with the next."""

    def __init__(self, *items: Json, then: t.Sequence[t.Callable[[Ward], None]] = ()) -> None:
        self.clock, self.heard = FilmClock(), Heard()
        self.items = [copy.deepcopy(item) for item in (NODE_OBJECT, OWN, *items)]
        self.then = list(then)
        self.patches: list[Json] = []
        self.asked: list[tuple[str, str, int | None]] = []
        self.denied: frozenset[str] = frozenset()
        self.going: list[str] = []
        self.caution = ""

    @property
    def ports(self) -> Ports:
        """What an operation gets."""
        return Ports(t.cast(t.Any, self), self.clock, self.heard)

    @property
    def node(self) -> Json:
        """The node as it is."""
        return self.read(resources.NODE, "", NODE)

    def change(self, name: str, changes: Json) -> None:
        """Somebody changes the objects of that name."""
        self.items = [samples.having(item, changes) if objects.name(item) == name else item for item in self.items]

    def remove(self, name: str) -> None:
        """The objects of that name go."""
        self.items = [item for item in self.items if objects.name(item) != name]

    def read(self, resource: resources.Resource, namespace: str, name: str) -> Json:
        """One object. Raises NotFound."""
        for item in self.list(resources.Scope(resource, namespace)):
            if objects.name(item) == name:
                return item
        raise errors.NotFound(f"There is no {resource.kind} {name}.")

    def list(self, scope: resources.Scope) -> list[Json]:
        """The scope's objects; labels select everything here."""
        wanted = {"spec.nodeName": lambda item: objects.spec(item).get("nodeName"), "metadata.name": objects.name}
        key, _equals, value = scope.fields.partition("=")
        found = [item for item in self.items if item["kind"] == scope.resource.kind]
        found = [item for item in found if not scope.namespace or item["metadata"].get("namespace") == scope.namespace]
        return copy.deepcopy([item for item in found if key not in wanted or wanted[key](item) == value])

    objects = list

    def patch(self, _resource: resources.Resource, _namespace: str, name: str, body: Json, **how: t.Any) -> Json:
        """The object as it is after the patch."""
        if not how.get("dry_run"):
            self.patches.append(body)
            self.change(name, body)
            return self.node
        return samples.having(self.node, body)

    def evict(self, namespace: str, pod: str, *, uid: str, grace_period: int | None = None) -> bool:
        """Ask for the eviction. Raises BudgetExhausted for a pod in the closed budget."""
        assert uid == f"uid-{pod}"
        self.asked.append((namespace, pod, grace_period))
        if any(objects.number(objects.status(item), "disruptionsAllowed") == 0 for item in self._budgets()):
            raise errors.BudgetExhausted("The disruption budget app needs 1 healthy pods and has 1 currently")
        self.change(pod, {"metadata": {"deletionTimestamp": self.clock.now()}})
        self.going.append(pod)
        return True

    def _budgets(self) -> list[Json]:
        return [item for item in self.items if item["kind"] == "PodDisruptionBudget"]

    def wait(self, timeout: float) -> bool:
        """What happens next; time passes."""
        self.clock.at += min(timeout, 1.0)
        for name in self.going:
            self.remove(name)
        self.going = []
        if self.then:
            self.then.pop(0)(self)
        elif timeout == float("inf"):
            raise AssertionError("nothing more happens, and it waits for ever")
        return True

    def open_feed(self, _scopes: t.Sequence[resources.Scope]) -> Ward:
        """The same."""
        return self

    def trouble(self) -> str:
        """None."""
        return ""

    def close(self) -> None:
        """Nothing."""

    def can_i(self, verb: str, resource: resources.Resource, _namespace: str, _name: str = "") -> bool:
        """Everything that is not denied."""
        return f"{verb} {resource.plural}" not in self.denied

    def user(self) -> str:
        """Who it is."""
        return "ann"

    def rules(self, _namespace: str) -> list[Json]:
        """All of them."""
        return [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]

    def logs(self, *_names: str, **_how: t.Any) -> str:
        """None."""
        return ""

    def shared(self) -> t.ContextManager[None]:
        """Nothing to share."""
        return contextlib.nullcontext()

    def seen(self, scope: resources.Scope) -> t.Sequence[Json]:
        """What there is."""
        return self.list(scope)

    def stop(self, _reason: Exception) -> None:
        """Nothing to stop."""
