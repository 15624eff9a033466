# SPDX-License-Identifier: GPL-3.0-or-later
"""The API server as the use cases see it: resources and names in, raw JSON out."""

from __future__ import annotations

import threading
import time
import typing as t
from contextlib import contextmanager

from ansible_collections.steady.rollout.plugins.module_utils._cluster import answers, discovery, reviews
from ansible_collections.steady.rollout.plugins.module_utils._cluster.api import Api
from ansible_collections.steady.rollout.plugins.module_utils._cluster.credentials import Credentials
from ansible_collections.steady.rollout.plugins.module_utils._cluster.options import Options, Timings
from ansible_collections.steady.rollout.plugins.module_utils._cluster.request import Request, listing
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import (
    FIELD_MANAGER,
    NAMESPACE,
    POD,
    Resource,
    Scope,
)

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._cluster.board import OnEvent
    from ansible_collections.steady.rollout.plugins.module_utils._cluster.feed import LiveFeed
    from ansible_collections.steady.rollout.plugins.module_utils._cluster.lease import Held, Leases
    from ansible_collections.steady.rollout.plugins.module_utils._cluster.shared import Streams
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.leases import Claim

Json = dict[str, t.Any]

_PAGE = 500
"""Objects that one answer to a list may hold: a list of thousands is never in memory as text."""
_LOG_PATIENCE = 5.0
_LOG_BYTES = 65536


def connect(
    options: Options,
    *,
    patience: float = 60.0,
    timings: Timings | None = None,
    clock: t.Callable[[], float] = time.monotonic,
    on_event: OnEvent | None = None,
) -> ApiCluster:
    """Load the credentials; nothing is sent yet. Raises InvalidInput.

    ``patience`` is how many seconds one request may outlive passing trouble once the server has been reached.
    ``on_event`` sees every change that a feed of this cluster takes in.
    """
    api = Api(Credentials(options), patience=patience, timings=timings or Timings(), clock=clock)
    return ApiCluster(api, on_event)


class ApiCluster:
    """Satisfies the port ``Cluster``."""

    def __init__(self, api: Api, on_event: OnEvent | None = None) -> None:
        self._api = api
        self._on_event = on_event
        self._one = threading.Lock()
        self._leases: Leases | None = None
        self._streams: Streams | None = None
        self._stopped: Exception | None = None

    @property
    def server(self) -> str:
        """``host:port`` of the API server."""
        return self._api.server

    @property
    def caution(self) -> str:
        """What the user should know about this way to the API server; empty when there is nothing."""
        return self._api.caution

    @property
    def endpoint(self) -> Json:
        """The cluster's entry in a kubeconfig for somebody else: address, CA and proxy, nothing of who we are."""
        return self._api.endpoint

    def read(self, resource: Resource, namespace: str, name: str) -> Json:
        """One object. Raises NotFound, which names the namespace when that is what is missing."""
        try:
            return self._api.json(Request("get", resource, namespace, name))
        except errors.NotFound:
            if namespace and resource != NAMESPACE:
                self._require_namespace(namespace)
            raise

    def list(self, scope: Scope) -> list[Json]:
        """The scope's objects, as of one moment."""
        found: list[Json] = []
        place = ""
        while True:
            try:
                answer = self._api.json(listing(scope, limit=_PAGE, place=place))
            except errors.Rejected:
                if not place:
                    raise
                return answers.items(scope.resource, self._api.json(listing(scope)))  # the place has been forgotten
            found += answers.items(scope.resource, answer)
            place = str((answer.get("metadata") or {}).get("continue") or "")
            if not place:
                return found

    def patch(
        self, resource: Resource, namespace: str, name: str, body: t.Any, *, content_type: str, dry_run: bool = False
    ) -> Json:
        """The object as it is after the patch. Raises Conflict, Rejected, NotFound."""
        self._go_on()
        request = Request(
            "patch",
            resource,
            namespace,
            name,
            query=_writing(dry_run),
            body=body,
            content_type=content_type,
            repeatable=_pins_version(body),
        )
        answer = self._api.json(request)
        if self._streams and not dry_run:
            self._streams.written(resource, answer)
        return answer

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
        self._go_on()
        query = _writing(dry_run) + ((("force", "true"),) if force else ())
        return self._api.json(
            Request(
                "patch",
                resource,
                namespace,
                name,
                query=query,
                body=manifest,
                content_type="application/apply-patch+yaml",
            )
        )

    def create(self, resource: Resource, namespace: str, manifest: Json, *, dry_run: bool = False) -> Json:
        """The object as created. Raises Conflict when it exists, also when the lost answer to a first try was a yes."""
        self._go_on()
        name = str((manifest.get("metadata") or {}).get("name") or "")
        return self._api.json(
            Request("create", resource, namespace, name, query=_writing(dry_run), body=manifest, repeatable=bool(name))
        )

    def delete(self, resource: Resource, namespace: str, name: str, *, uid: str = "") -> None:
        """Delete the object, only if its UID is ``uid`` when that is given. Gone already is fine."""
        body: Json = {"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Background"}
        body |= {"preconditions": {"uid": uid}} if uid else {}
        try:
            self._api.call(Request("delete", resource, namespace, name, body=body, repeatable=bool(uid)))
        except errors.NotFound:
            pass
        except errors.Conflict:
            # The name belongs to a new object by now: the one meant is gone.
            if not uid:
                raise

    def evict(self, namespace: str, pod: str, *, uid: str, grace_period: int | None = None) -> bool:
        """Ask for the eviction of the pod with that UID; False when it is gone already. Raises BudgetExhausted, Rejected."""
        self._go_on()
        options: Json = {"preconditions": {"uid": uid}}
        options |= {} if grace_period is None else {"gracePeriodSeconds": grace_period}
        meta = {"name": pod, "namespace": namespace}
        body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": meta, "deleteOptions": options}
        try:
            self._api.call(Request("create", POD, namespace, pod, sub="eviction", body=body))
        except (errors.NotFound, errors.Conflict):  # the name may belong to a new pod by now
            return False
        return True

    def logs(self, namespace: str, pod: str, container: str, *, previous: bool = False, lines: int = 10) -> str:
        """The last lines of a container's log; an empty string when there is none to be had."""
        query = [("container", container), ("tailLines", str(lines)), ("limitBytes", str(_LOG_BYTES))]
        query += [("previous", "true")] if previous else []
        request = Request("get", POD, namespace, pod, sub="log", query=tuple(query))
        try:
            return self._api.call(request, patience=0.0, read=_LOG_PATIENCE).decode(errors="replace").rstrip("\n")
        except errors.RolloutError:
            return ""

    def rules(self, namespace: str) -> t.Sequence[Json]:
        """What RBAC allows us in the namespace, as far as the server lists it."""
        return reviews.rules(self._api, namespace)

    def can_i(self, verb: str, resource: Resource, namespace: str, name: str = "") -> bool:
        """Whether we may do this one thing; yes where the server does not tell."""
        return reviews.allowed(self._api, verb, resource, namespace, name)

    def user(self) -> str:
        """The user name that our credentials stand for; empty where the server does not tell."""
        return reviews.user(self._api)

    def lease(self, claim: Claim, *, now: t.Callable[[], str], say: t.Callable[[str], None]) -> Held:
        """The workload's Lease, not taken yet."""
        from ansible_collections.steady.rollout.plugins.module_utils._cluster.lease import Leases

        with self._one:
            self._leases = self._leases or Leases(self._api)
        return self._leases.of(claim, now, say)

    def find(self, api_version: str, kind: str) -> tuple[Resource, bool]:
        """Where the server keeps that kind, and whether in namespaces. Raises NotFound."""
        return discovery.find(self._api, api_version, kind)

    def open_feed(self, scopes: t.Sequence[Scope]) -> LiveFeed:
        """List and watch all scopes at once; returns when each has been listed."""
        if self._streams:
            return self._streams.open(scopes)
        from ansible_collections.steady.rollout.plugins.module_utils._cluster.feed import LiveFeed

        return LiveFeed.open(self._api, scopes, self._on_event)

    @contextmanager
    def shared(self) -> t.Iterator[None]:
        """While it lasts, all feeds share one list and watch for each resource and namespace: for many workloads at once."""
        from ansible_collections.steady.rollout.plugins.module_utils._cluster.shared import Streams

        self._streams = Streams(self._api, self._on_event)
        try:
            yield
        finally:
            self._streams.close()
            self._streams = None

    def seen(self, scope: Scope) -> t.Sequence[Json] | None:
        """The scope's objects as the shared streams show them at this moment; None where those may be behind."""
        return self._streams.seen(scope) if self._streams else None

    def stop(self, reason: Exception) -> None:
        """End what goes on: each wait on shared streams and each write, other than clearing up, raises that reason from now on."""
        self._stopped = reason
        if self._streams:
            self._streams.stop(reason)

    def _go_on(self) -> None:
        if self._stopped:
            raise self._stopped

    def _require_namespace(self, namespace: str) -> None:
        try:
            self._api.call(Request("get", NAMESPACE, "", namespace), patience=0.0)
        except errors.NotFound as error:
            raise errors.NotFound(f"There is no namespace {namespace}: make it first, or name another.") from error
        except errors.RolloutError:
            pass


def _writing(dry_run: bool) -> tuple[tuple[str, str], ...]:
    return (("fieldManager", FIELD_MANAGER),) + ((("dryRun", "All"),) if dry_run else ())


def _pins_version(body: t.Any) -> bool:
    """Whether a second application of the patch would be refused."""
    if isinstance(body, dict):
        return bool((body.get("metadata") or {}).get("resourceVersion"))
    return any(step.get("path") == "/metadata/resourceVersion" for step in body)
