# SPDX-License-Identifier: GPL-3.0-or-later
"""A film played back through the ports: time passes as it did, and a write is answered as the real cluster answered it.

Nothing goes on behind a write that has not been made yet, as nothing would have; a write that the film does not have is an error.
"""

from __future__ import annotations

import contextlib
import copy
import math
import typing as t
from dataclasses import dataclass, field

from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.leases import Claim
from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import Resource, Scope
from ansible_collections.steady.rollout.tests.unit.films import film as films

Json = dict[str, t.Any]


class FilmClock:
    """Time as the film tells it."""

    def __init__(self) -> None:
        self.at = 0.0

    def monotonic(self) -> float:
        """Seconds since the film began."""
        return self.at

    def now(self) -> str:
        """The date and time in UTC."""
        return f"2026-11-23T10:{int(self.at) // 60:02d}:{int(self.at) % 60:02d}Z"


class Heard:
    """Progress that was told."""

    def __init__(self, *, detailed: bool = True) -> None:
        self.detailed = detailed
        self.lines: list[str] = []
        self.details: list[str] = []
        self.passing: list[str] = []

    def say(self, text: str, *, detail: bool = False, passing: bool = False, **_how: object) -> None:
        """One line."""
        if passing and not detail:
            self.passing.append(text)
        (self.details if detail else self.lines).append(text)


@dataclass
class FilmLease:
    """Satisfies the port ``Lease``. ``taken`` says who has taken it."""

    claim: Claim
    taken: str = ""
    confirmed: int = 0
    progress: list[str] = field(default_factory=list)
    released: bool = False
    contended: bool = False

    def take(self, *, by_force: bool) -> None:
        """Nobody else has it."""

    def confirm(self) -> None:
        """Count it. Raises LeaseLost once it is taken."""
        self.confirmed += 1
        if self.taken:
            raise errors.LeaseLost(self.taken)

    def lost(self) -> str:
        """Who has taken it."""
        return self.taken

    def tell(self, progress: str) -> None:
        """Keep it."""
        self.progress.append(progress)

    def release(self) -> None:
        """Keep it."""
        self.released = True


@dataclass
class Projector:
    """Satisfies the port ``Cluster`` with one film.

    ``extra`` holds objects beside those of the film. ``troubles`` are raised by the next writes, one each, None for none;
    ``before_write`` is called with each write's body before it is answered.
    """

    film: films.Film
    clock: FilmClock
    extra: list[Json] = field(default_factory=list)
    troubles: list[errors.RolloutError | None] = field(default_factory=list)
    bodies: list[Json] = field(default_factory=list)
    tried: list[Json] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    allowed: list[Json] = field(default_factory=lambda: [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}])
    closed: int = 0
    caution: str = ""
    leases: list[FilmLease] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.stage = films.Stage()
        self._next = 0
        self.opened = 0
        for scene in self.film.opening:
            self.stage.take(scene)
            self._next += 1

    # reading

    def read(self, resource: Resource, namespace: str, name: str) -> Json:
        """One object. Raises NotFound."""
        for item in self._all(resource):
            if item["metadata"]["name"] == name and item["metadata"].get("namespace", "") == namespace:
                return item
        raise errors.NotFound(f"There is no {resource.kind} {namespace}/{name}.")

    def list(self, scope: Scope) -> list[Json]:
        """The scope's objects."""
        return [*self.stage.list(scope), *(item for item in self.extra if item["kind"] == scope.resource.kind)]

    def logs(self, _namespace: str, pod: str, container: str, *, previous: bool = False, lines: int = 10) -> str:
        """The log that was read in the film."""
        for scene in self.film.scenes:
            if scene.get("log") == [pod, container, previous]:
                return "\n".join(scene["text"].splitlines()[-lines:])
        return ""

    def rules(self, _namespace: str) -> list[Json]:
        """Everything is allowed, unless a test says otherwise."""
        return self.allowed

    def can_i(self, verb: str, resource: Resource, namespace: str, name: str = "") -> bool:
        """What the rules do not allow is not."""
        return False

    def user(self) -> str:
        """Who looks at the film."""
        return "system:serviceaccount:ci:deployer"

    def lease(self, claim: Claim, *, now: t.Callable[[], str], say: t.Callable[[str], None]) -> FilmLease:
        """The workload's Lease; in a film nobody else wants it."""
        self.leases.append(FilmLease(claim))
        return self.leases[-1]

    def find(self, api_version: str, kind: str) -> tuple[Resource, bool]:
        """No operation here looks for a kind."""
        raise AssertionError(f"looked for {api_version} {kind}")

    def shared(self) -> t.ContextManager[None]:
        """Nothing: a film is one stream."""
        return contextlib.nullcontext()

    def seen(self, scope: Scope) -> list[Json] | None:
        """What the film shows."""
        return self.stage.list(scope)

    def stop(self, reason: Exception) -> None:
        """No film is stopped."""
        raise AssertionError(f"stopped: {reason}")

    def open_feed(self, scopes: t.Sequence[Scope]) -> Reel:
        """The film from here on."""
        self.opened += 1
        return Reel(self)

    def _all(self, resource: Resource) -> list[Json]:
        return self.list(Scope(resource, self.film.reference.namespace))

    # writing

    def patch(
        self, resource: Resource, namespace: str, name: str, body: t.Any, *, content_type: str, dry_run: bool = False
    ) -> Json:
        """The answer that the film has for the next write. Raises Conflict when the body pins another version than is there."""
        assert content_type == "application/strategic-merge-patch+json"
        self._to_the_next_write(dry_run)
        present = self.read(resource, namespace, name)
        return self._answer(
            body, dry_run, stale=present["metadata"]["resourceVersion"] != body["metadata"]["resourceVersion"]
        )

    def apply(
        self,
        resource: Resource,
        namespace: str,
        name: str,
        manifest: Json,
        *,
        force: bool = False,
        dry_run: bool = False,
    ) -> Json:
        """The answer that the film has for the next write of its workload; another object is kept in ``extra``."""
        if resource.kind in ("ConfigMap", "Secret"):
            return self._keep(manifest, dry_run)
        assert (resource.kind, namespace, name) == (
            manifest["kind"],
            self.film.reference.namespace,
            self.film.reference.name,
        )
        self._to_the_next_write(dry_run)
        return self._answer({**manifest, "force": force} if force else manifest, dry_run)

    def _keep(self, manifest: Json, dry_run: bool) -> Json:
        name = manifest["metadata"]["name"]
        (self.tried if dry_run else self.bodies).append(manifest)
        if not dry_run:
            kept = [item for item in self.extra if item["metadata"]["name"] != name]
            self.extra = [*kept, {**manifest, "metadata": {**manifest["metadata"], "uid": f"uid of {name}"}}]
        return manifest

    def somebody_writes(self) -> None:
        """The next write of the film, made by somebody else."""
        self._to_the_next_write(dry_run=False)
        self.stage.take(self.film.scenes[self._next])
        self._next += 1

    def create(self, resource: Resource, namespace: str, manifest: Json, *, dry_run: bool = False) -> Json:
        """No operation here creates."""
        raise AssertionError(f"created a {resource.kind}")

    def delete(self, resource: Resource, namespace: str, name: str, *, uid: str = "") -> None:
        """Keep its name; what came of it is in the film."""
        self.deleted.append(f"{resource.kind} {name}")

    def _answer(self, body: Json, dry_run: bool, stale: bool = False) -> Json:
        trouble = self.troubles.pop(0) if self.troubles else None
        if trouble:
            raise trouble
        if stale:
            raise errors.Conflict("the object has been modified")
        index = next((index for index, scene in self._rest() if "body" in scene), None)
        assert index is not None, f"the film {self.film.name} has no further write: {body}"
        answer = copy.deepcopy(self.film.scenes[index]["object"])
        (self.tried if dry_run else self.bodies).append(body)
        if not dry_run:
            self.clock.at = max(self.clock.at, self.film.scenes[index]["at"])
            self._next = index + 1
            self.stage.take({"object": answer})
        return answer

    def _to_the_next_write(self, dry_run: bool) -> None:
        while not dry_run and self._play(math.inf):
            pass

    # time

    def _rest(self) -> t.Iterator[tuple[int, Json]]:
        return ((index, self.film.scenes[index]) for index in range(self._next, len(self.film.scenes)))

    def _play(self, until: float) -> bool:
        """Play the next event, if it comes by then and before the next write."""
        for index, scene in self._rest():
            if "body" in scene or scene["at"] > until:
                return False
            self._next = index + 1
            if "type" in scene:
                self.clock.at = max(self.clock.at, scene["at"])
                self.stage.take(scene)
                return True
        return False

    def wait(self, timeout: float) -> bool:
        """Let time pass until something happens or it is over."""
        end = self.clock.at + timeout
        if self._play(end):
            return True
        self.clock.at = end
        return False


@dataclass
class Reel:
    """Satisfies the port ``Feed``."""

    projector: Projector
    view: films.Stage = field(default_factory=films.Stage)

    def __post_init__(self) -> None:
        self._look()

    def wait(self, timeout: float) -> bool:
        """Let time pass until something happens or it is over."""
        happened = self.projector.wait(timeout)
        self._look()
        return happened

    def objects(self, scope: Scope) -> list[Json]:
        """The scope's objects as of the last ``wait``."""
        return self.view.list(scope)

    def trouble(self) -> str:
        """Films have none."""
        return ""

    def close(self) -> None:
        """Count it."""
        self.projector.closed += 1

    def _look(self) -> None:
        self.view.objects = dict(self.projector.stage.objects)


@dataclass
class Show:
    """A film with everything around it."""

    film: films.Film
    clock: FilmClock = field(default_factory=FilmClock)
    heard: Heard = field(default_factory=Heard)

    def __post_init__(self) -> None:
        self.cluster = Projector(self.film, self.clock)
        self.ports = Ports(self.cluster, self.clock, self.heard)


def show(name: str, *twists: t.Callable[[list[Json]], list[Json]]) -> Show:
    """The film of that name, its scenes changed by these."""
    loaded = films.load(name)
    scenes = copy.deepcopy(list(loaded.scenes))
    for twist in twists:
        scenes = twist(scenes)
    return Show(films.Film(loaded.name, loaded.about, tuple(scenes)))
