# SPDX-License-Identifier: GPL-3.0-or-later
"""A Deployment behind a Service and a route, recorded from a real cluster, on an API server in memory.

It plays the controllers' parts at once: pods of known versions are ready, endpoints follow, the load balancer takes every route.
What it holds to in each moment is what users feel: no weight on a backend that nobody answers for.
"""

from __future__ import annotations

import copy
import itertools
import typing as t
from dataclasses import dataclass, field

from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports
from ansible_collections.steady.rollout.plugins.module_utils._operation.strategies import parse
from ansible_collections.steady.rollout.plugins.module_utils._operation.upgrade import Wanted, upgrade
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, objects, selectors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import Resource, Scope
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic import routes
from ansible_collections.steady.rollout.tests.unit import samples
from ansible_collections.steady.rollout.tests.unit.films.replay import FilmClock, FilmLease, Heard

Json = dict[str, t.Any]
Key = tuple[str, str]

REFERENCE = Reference("Deployment", "shop", "app")
GOOD = ("1.0", "2.0", "4.0")
"""Versions whose pods become ready; all others cannot be pulled."""
CANARY: Json = {"type": "canary", "steps": [{"weight": 10, "for": "2s"}, {"weight": 50, "for": "2s"}]}


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Street:
    """Satisfies the ports ``Cluster`` and ``Feed``. ``writes`` names each write; after ``killed_after`` of them the run is gone."""

    clock: FilmClock
    killed_after: int = 0
    objects_: dict[Key, Json] = field(default_factory=dict)
    writes: list[str] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)
    shares: list[Json] = field(default_factory=list)
    troubles: dict[str, errors.RolloutError] = field(default_factory=dict)
    allowed: list[Json] = field(default_factory=lambda: [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}])
    takes_routes: bool = True
    breaks_when_promoted: bool = False
    twin_dies_at: str = ""
    """After which write the twin's pods are ready no longer."""
    twin_dead: bool = False
    spoils_at: int = 0
    """From which weight on the twin's pods are ready no longer."""

    def __post_init__(self) -> None:
        self._versions = itertools.count(5000)
        for name in ("routed_deployment", "routed_service", "httproute"):
            item = samples.recorded(name)
            self.objects_[(item["kind"], objects.name(item))] = item
        self.settle()

    # reading

    def read(self, resource: Resource, namespace: str, name: str) -> Json:
        """One object. Raises NotFound."""
        found = self.objects_.get((resource.kind, name))
        if found is None:
            raise errors.NotFound(f"There is no {resource.kind} {namespace}/{name}.")
        return copy.deepcopy(found)

    def list(self, scope: Scope) -> list[Json]:
        """The scope's objects."""
        wanted, name = selectors.parse(scope.labels), scope.fields.removeprefix("metadata.name=")
        return [
            copy.deepcopy(item)
            for (kind, own), item in self.objects_.items()
            if kind == scope.resource.kind
            and wanted.selects(objects.labels(item))
            and name in (own, "", "type=Warning")
        ]

    objects = list

    def logs(self, *_args: t.Any, **_options: t.Any) -> str:
        """Nothing is said."""
        return ""

    def rules(self, _namespace: str) -> list[Json]:
        """Everything is allowed, unless a test says otherwise."""
        return self.allowed

    def can_i(self, *_args: t.Any, **_options: t.Any) -> bool:
        """What the rules do not allow is not."""
        return False

    def user(self) -> str:
        """Who looks."""
        return "system:serviceaccount:ci:deployer"

    def lease(self, claim: t.Any, **_options: t.Any) -> FilmLease:
        """Nobody else wants it."""
        return FilmLease(claim)

    def find(self, api_version: str, kind: str) -> tuple[Resource, bool]:
        """No operation here looks for a kind."""
        raise AssertionError(f"looked for {api_version} {kind}")

    # the feed

    def open_feed(self, _scopes: t.Sequence[Scope]) -> Street:
        """Always true."""
        return self

    def wait(self, timeout: float) -> bool:
        """Time passes; nothing else does."""
        self.clock.at += max(timeout, 0.01)
        return False

    def trouble(self) -> str:
        """None."""
        return ""

    def close(self) -> None:
        """Nothing is open."""

    # writing

    def create(self, resource: Resource, namespace: str, manifest: Json, *, dry_run: bool = False) -> Json:
        """The object as created."""
        key = (resource.kind, objects.name(manifest))
        if key in self.objects_:
            raise errors.Conflict(f"{resource.kind} {key[1]} exists.")
        item = copy.deepcopy(manifest)
        item["metadata"] |= {
            "uid": f"uid-of-{key[1]}-{next(self._versions)}",
            "creationTimestamp": "2026-11-23T10:00:00Z",
        }
        return self._kept(f"create {resource.kind} {key[1]}", key, item, dry_run)

    def patch(
        self, resource: Resource, namespace: str, name: str, body: t.Any, *, content_type: str, dry_run: bool = False
    ) -> Json:
        """The object as it is after the patch."""
        present = self.read(resource, namespace, name)
        if body["metadata"].get("resourceVersion") != present["metadata"]["resourceVersion"]:
            raise errors.Conflict("the object has been modified")
        return self._kept(f"patch {resource.kind} {name}", (resource.kind, name), _merged(present, body), dry_run)

    def apply(self, *_args: t.Any, **_options: t.Any) -> Json:
        """No operation here applies."""
        raise AssertionError("applied")

    def delete(self, resource: Resource, namespace: str, name: str, *, uid: str = "") -> None:
        """Delete it."""
        found = self.objects_.get((resource.kind, name))
        if found is not None and objects.uid(found) == uid:
            self._written(f"delete {resource.kind} {name}", lambda: self.objects_.pop((resource.kind, name)))

    def _kept(self, what: str, key: Key, item: Json, dry_run: bool) -> Json:
        before = self.objects_.get(key, {})
        if dry_run:
            self.tried.append(what)
            return item
        old = int(objects.metadata(before).get("generation", 0))
        moved = old + (objects.spec(before) != objects.spec(item))
        item["metadata"] |= {"resourceVersion": str(next(self._versions)), "generation": moved}
        self._written(what, lambda: self.objects_.update({key: item}))
        return copy.deepcopy(self.objects_[key])

    def _written(self, what: str, write: t.Callable[[], t.Any]) -> None:
        if self.killed_after and len(self.writes) == self.killed_after:
            raise Killed
        trouble = self.troubles.pop(what, None)
        if trouble:
            raise trouble
        write()
        self.writes.append(what)
        self.settle()
        self._hold_to_it()
        if self.killed_after and len(self.writes) == self.killed_after:
            raise Killed

    # the controllers' parts

    def settle(self) -> None:
        """All controllers have done what they can."""
        for kind in ("ReplicaSet", "Pod", "EndpointSlice"):
            for key in [key for key in self.objects_ if key[0] == kind]:
                if kind != "ReplicaSet" or not any(
                    objects.controlled_by(self.objects_[key], objects.uid(item)) for item in self._of("Deployment")
                ):
                    del self.objects_[key]
        for deployment in self._of("Deployment"):
            self._roll(deployment)
        for service in self._of("Service"):
            self._endpoints(service)
        if self.takes_routes:
            for route in self._of("HTTPRoute"):
                for parent in route["status"]["parents"]:
                    for condition in parent["conditions"]:
                        condition["observedGeneration"] = route["metadata"]["generation"]

    def _of(self, kind: str) -> list[Json]:
        return [item for (own, _name), item in list(self.objects_.items()) if own == kind]

    def _roll(self, item: Json) -> None:
        """The newest ReplicaSet has all pods if they can be ready; if not, it has one beside those of the one before."""
        template, wanted = objects.template(item), item["spec"]["replicas"]
        version = template["spec"]["containers"][0]["image"].rpartition(":")[2]
        name = f"{objects.name(item)}-hash{version.replace('.', '')}"
        twin = objects.name(item) != "app"
        if twin and self.twin_dies_at and self.writes[-1:] == [self.twin_dies_at]:
            self.twin_dead = True
        good = version in GOOD and not (
            (self._spoiled or self.twin_dead) if twin else self.breaks_when_promoted and version != "1.0"
        )
        sets = [own for own in self._of("ReplicaSet") if objects.controlled_by(own, objects.uid(item))]
        newest = next((own for own in sets if objects.name(own) == name), None)
        numbers = [int(own["metadata"]["annotations"]["deployment.kubernetes.io/revision"]) for own in sets]
        if newest is None or int(newest["metadata"]["annotations"]["deployment.kubernetes.io/revision"]) < max(numbers):
            number = str(max(numbers, default=0) + 1)
            newest = self._replica_set(item, name, number)
            self.objects_[("ReplicaSet", name)] = newest
        number = newest["metadata"]["annotations"]["deployment.kubernetes.io/revision"]
        item["metadata"].setdefault("annotations", {})["deployment.kubernetes.io/revision"] = number
        before = max(
            (own for own in sets if own is not newest),
            key=lambda own: own["metadata"]["annotations"]["deployment.kubernetes.io/revision"],
            default=None,
        )
        old = wanted if before and not good else 0
        mine = wanted if good or not before else 1
        for place in range(mine):
            self._pod(newest, place, good)
        for place in range(old):
            self._pod(t.cast("Json", before), place, True)
        ready = (mine if good else 0) + old
        item["status"] = {
            "observedGeneration": item["metadata"]["generation"],
            "replicas": mine + old,
            "updatedReplicas": mine,
            "readyReplicas": ready,
            "availableReplicas": ready,
        }

    def _replica_set(self, item: Json, name: str, number: str) -> Json:
        meta = {
            "name": name,
            "namespace": "shop",
            "uid": f"uid-of-{name}-{objects.uid(item)}",
            "creationTimestamp": "2026-11-23T10:00:00Z",
            "labels": {**objects.labels(objects.template(item)), objects.TEMPLATE_HASH: name},
            "annotations": {"deployment.kubernetes.io/revision": number},
            "ownerReferences": [{"controller": True, "uid": objects.uid(item)}],
        }
        return {"kind": "ReplicaSet", "metadata": meta, "spec": {"template": copy.deepcopy(item["spec"]["template"])}}

    def _pod(self, owner: Json, place: int, ready: bool) -> None:
        name = f"{objects.name(owner)}-{place}"
        meta = {
            "name": name,
            "namespace": "shop",
            "uid": f"uid-of-{name}",
            "creationTimestamp": "2026-11-23T10:00:00Z",
            "labels": owner["metadata"]["labels"],
            "ownerReferences": [{"controller": True, "uid": objects.uid(owner)}],
        }
        image = owner["spec"]["template"]["spec"]["containers"][0]["image"]
        state = {"running": {}} if ready else {"waiting": {"reason": "ErrImagePull", "message": f"{image}: not found"}}
        status = {
            "phase": "Running" if ready else "Pending",
            "conditions": [{"type": "Ready", "status": str(ready)}],
            "containerStatuses": [{"name": "app", "restartCount": 0, "state": state, "image": image}],
        }
        spec = owner["spec"]["template"]["spec"]
        self.objects_[("Pod", name)] = {"kind": "Pod", "metadata": meta, "spec": spec, "status": status}

    def _endpoints(self, service: Json) -> None:
        selector, name = service["spec"]["selector"], objects.name(service)
        endpoints = [
            {"conditions": {"ready": objects.takes_traffic(pod)}, "targetRef": {"uid": objects.uid(pod)}}
            for pod in self._of("Pod")
            if selector.items() <= objects.labels(pod).items()
        ]
        slice_ = samples.recorded("routed_endpointslice")
        slice_["metadata"] |= {"name": name, "labels": {"kubernetes.io/service-name": name}}
        self.objects_[("EndpointSlice", name)] = {**slice_, "endpoints": endpoints}

    # what users feel

    @property
    def rules_(self) -> t.Sequence[Json]:
        """The route's rules now."""
        return routes.rules_of(self.objects_.get(("HTTPRoute", "app"), {}))

    @property
    def _spoiled(self) -> bool:
        shares = [w for rule in self.rules_ for name, w in routes.weights_of(rule).items() if name != "app"]
        return bool(self.spoils_at) and max(shares, default=0) >= self.spoils_at

    def _hold_to_it(self) -> None:
        for rule in self.rules_:
            weights = routes.weights_of(rule)
            for name, weight in weights.items():
                slice_ = self.objects_.get(("EndpointSlice", name), {"endpoints": []})
                ready = any(endpoint["conditions"]["ready"] for endpoint in slice_["endpoints"])
                assert ready or not weight or self._spoiled or self.twin_dead, (
                    f"after {self.writes}: weight {weight} on {name}, which has no ready endpoint"
                )
            if not self.shares or self.shares[-1] != weights:
                self.shares.append(weights)


def _merged(present: Json, body: Json) -> Json:
    if body.get("$patch") == "replace":
        return {key: copy.deepcopy(value) for key, value in body.items() if key != "$patch"}
    result = copy.deepcopy(present)
    for key, value in body.items():
        if isinstance(value, dict):
            result[key] = _merged(result.get(key) or {}, value)
        else:
            result[key] = copy.deepcopy(value)
    return result


class Scene:
    """A street with a clock and ears. Each run is one of its own, as each command is."""

    def __init__(self, **changes: Json) -> None:
        self.clock = FilmClock()
        self.street = Street(self.clock)
        self.heard = Heard()
        for name, change in changes.items():
            kind = {"deployment": "Deployment", "service": "Service", "route": "HTTPRoute"}[name]
            self.street.objects_[(kind, "app")] = samples.having(self.street.objects_[(kind, "app")], change)
        self.street.settle()

    @property
    def ports(self) -> Ports:
        """The ports of a new run."""
        return Ports(t.cast("t.Any", self.street), self.clock, self.heard)

    def upgraded(
        self, version: str = "2.0", strategy: t.Any = ..., *, promote: bool = False, **settings: t.Any
    ) -> Outcome:
        """What comes of an upgrade, by canary unless another strategy is given."""
        asked = CANARY if strategy is ... else strategy
        return upgrade(self.ports, REFERENCE, Wanted(version, {}, parse(asked), promote), Settings(**settings))

    def killed(self, after: int, version: str = "2.0", strategy: t.Any = ...) -> bool:
        """An upgrade that is killed after so many writes; whether it was."""
        self.street.killed_after = len(self.street.writes) + after
        try:
            self.upgraded(version, strategy)
        except Killed:
            return True
        finally:
            self.street.killed_after = 0
        return False

    def names(self, kind: str) -> list[str]:
        """The names of all objects of that kind."""
        return sorted(name for own, name in self.street.objects_ if own == kind)

    @property
    def version(self) -> str:
        """The version in the Deployment."""
        image = self.street.objects_[("Deployment", "app")]["spec"]["template"]["spec"]["containers"][0]["image"]
        return str(image.rpartition(":")[2])
