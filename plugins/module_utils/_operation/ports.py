# SPDX-License-Identifier: GPL-3.0-or-later
"""What the use cases need from outside, and nothing else. The adapters satisfy these by shape; they do not import them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.images import Image
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.leases import Claim
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.logins import Login
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import Resource, Scope

Json = dict[str, t.Any]


class Feed(t.Protocol):
    """Live collections, kept true by list and watch; a consistent view for one reader."""

    def wait(self, timeout: float) -> bool:
        """Block until something changed since the last call, or ``timeout`` seconds passed; True when it changed.

        Raises a RolloutError once the server has given a final answer (forbidden, unauthorized); trouble that may pass never raises.
        """

    def objects(self, scope: Scope) -> list[Json]:
        """The scope's objects now, oldest first. Waits for nothing: ``open_feed`` returns after every first list."""

    def trouble(self) -> str:
        """Why the view may be stale at the moment (``API server 10.0.0.1:6443: connection refused``), or an empty string."""

    def close(self) -> None:
        """End the watches; no thread or connection stays behind."""


class Lease(t.Protocol):
    """The sign that this run, and no other, changes a workload; renewed by itself until ``release``."""

    contended: bool
    """Whether another run held it before, so that what was read earlier may be old."""

    def take(self, *, by_force: bool) -> None:
        """Take it. Raises Refused naming a run that lives and holds it, unless ``by_force``."""

    def confirm(self) -> None:
        """Make sure that it is still ours. Raises LeaseLost, or Unreachable when that cannot be known."""

    def lost(self) -> str:
        """Who took it, in a sentence; empty while it is ours."""

    def tell(self, progress: str) -> None:
        """What readers of the Lease find with the next renewal."""

    def release(self) -> None:
        """End it, if it is ours; also when ``take`` was interrupted. Never raises a RolloutError."""


class Cluster(t.Protocol):
    """The API server, as raw JSON. Errors are those of ``_rollout.errors``; passing trouble is retried until ``patience`` ends."""

    def read(self, resource: Resource, namespace: str, name: str) -> Json:
        """One object. Raises NotFound."""

    def list(self, scope: Scope) -> list[Json]:
        """The scope's objects."""

    def patch(
        self, resource: Resource, namespace: str, name: str, body: t.Any, *, content_type: str, dry_run: bool = False
    ) -> Json:
        """The object as it is after the patch. Raises Conflict, Rejected, NotFound.

        A body that carries ``metadata.resourceVersion`` (or a JSON patch that tests it) makes a repeat after an unclear answer safe.
        """

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
        """Server-side apply with the collection's field manager. Raises Conflict naming the other manager and field."""

    def create(self, resource: Resource, namespace: str, manifest: Json, *, dry_run: bool = False) -> Json:
        """The object as created. Raises Conflict when it exists."""

    def delete(self, resource: Resource, namespace: str, name: str, *, uid: str = "") -> None:
        """Delete the object, only if its UID is ``uid`` when that is given. Gone already is fine."""

    def logs(self, namespace: str, pod: str, container: str, *, previous: bool = False, lines: int = 10) -> str:
        """The last lines of a container's log; an empty string when there is none to be had."""

    def lease(self, claim: Claim, *, now: t.Callable[[], str], say: t.Callable[[str], None]) -> Lease:
        """The workload's Lease, not taken yet."""

    def rules(self, namespace: str) -> t.Sequence[Json]:
        """What RBAC allows us in the namespace, as far as the server lists it."""

    def can_i(self, verb: str, resource: Resource, namespace: str, name: str = "") -> bool:
        """Whether we may do this one thing; yes where the server does not tell."""

    def user(self) -> str:
        """The user name that our credentials stand for; empty where the server does not tell."""

    def find(self, api_version: str, kind: str) -> tuple[Resource, bool]:
        """Where the server keeps that kind, and whether in namespaces. Raises NotFound."""

    def open_feed(self, scopes: t.Sequence[Scope]) -> Feed:
        """List and watch all scopes at once; returns when each has been listed."""


class Measurement(t.Protocol):
    """Something that is being measured in the background."""

    def found(self) -> t.Any:
        """What is known by now, in the form that its gate reads; None while nothing is."""

    def stop(self) -> None:
        """Measure no longer; what was found can still be asked for."""

    def close(self) -> None:
        """End it, whatever it is doing. Nothing stays behind."""


class Http(t.Protocol):
    """What is measured over HTTP for gates; ``gate`` is the gate's name, ``options`` are its own."""

    def check(self, gate: str, options: Json) -> None:
        """Raise InvalidInput, beginning with the option's name, for what can never be measured."""

    def begin(self, gate: str, options: Json) -> Measurement:
        """Begin to measure. Waits for nothing."""


class Registries(t.Protocol):
    """The registries that images come from."""

    def digest(self, image: Image, logins: t.Sequence[Login]) -> str:
        """What the registry has under the image's tag or digest; asked once. The first of the ``logins`` that it takes is used.

        Raises NotFound naming the tags that there are, Unauthorized, or Unreachable.
        """


class SharingCluster(Cluster, t.Protocol):
    """A cluster on which many operations run at once."""

    def shared(self) -> t.ContextManager[None]:
        """While it lasts, all feeds share their streams."""

    def seen(self, scope: Scope) -> list[Json] | None:
        """The scope's objects as the shared streams show them at this moment; None where those may be behind. Only while shared."""

    def stop(self, reason: Exception) -> None:
        """From now on every wait and every write raises that reason."""


class EvictingCluster(SharingCluster, t.Protocol):
    """A cluster whose nodes can be drained."""

    def evict(self, namespace: str, pod: str, *, uid: str, grace_period: int | None = None) -> bool:
        """Ask for the eviction of the pod with that UID; False when it is gone already. Raises BudgetExhausted, Rejected.

        ``grace_period`` in seconds, None for the pod's own.
        """


class KnownCluster(Cluster, t.Protocol):
    """A cluster whose address can be given to somebody else."""

    @property
    def endpoint(self) -> Json:
        """The cluster's entry in a kubeconfig for somebody else: address, CA and proxy, nothing of who we are."""


class Clock(t.Protocol):
    """Time that never jumps, and the date for people."""

    def monotonic(self) -> float:
        """Seconds since some fixed moment."""

    def now(self) -> str:
        """The date and time in UTC, ``2026-01-31T12:00:00Z``."""


class Progress(t.Protocol):
    """Where a running operation says what changed."""

    @property
    def detailed(self) -> bool:
        """Whether anybody sees what is said in ``detail``; finding it out costs."""

    def say(self, text: str, *, about: str = "", state: str = "", passing: bool = False, detail: bool = False) -> None:
        """One line, already complete: it begins with the workload that it is ``about``.

        ``state`` names what the line is the state of, so that a newer one of the same stands for it; only a ``passing`` one may be
        left out for that. ``detail``: for those who want to know more.
        """


@dataclass(frozen=True)
class Ports:
    """Everything outside that an operation touches; ``http`` only where gates measure, ``registries`` where digests are pinned.

    ``glance`` is the cluster for a look that others take as well, a moment old: what is decided by it has to be pinned when it is
    written. None where nobody else looks.
    """

    cluster: Cluster
    clock: Clock
    progress: Progress
    http: Http | None = None
    registries: Registries | None = None
    glance: Cluster | None = None
