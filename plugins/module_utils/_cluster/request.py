# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of the API server, as values."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import Resource, Scope

_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")


@dataclass(frozen=True)
class Request:
    """One thing to ask. ``verb`` is RBAC's word for it; no ``namespace`` means the whole cluster."""

    verb: str
    resource: Resource
    namespace: str
    name: str = ""
    sub: str = ""
    query: tuple[tuple[str, str], ...] = ()
    body: t.Any = None
    content_type: str = "application/json"
    repeatable: bool = True
    """Whether it may be sent again when nobody knows if it was carried out."""

    def __post_init__(self) -> None:
        for word, value in (("namespace", self.namespace), ("name", self.name)):
            if value and not _NAME.fullmatch(value):
                raise errors.InvalidInput(
                    f"The {word} {value!r} cannot be one in Kubernetes: lower-case letters, digits, '-' and '.' only, "
                    "beginning and ending with a letter or digit."
                )

    @property
    def reads(self) -> bool:
        """Whether it changes nothing."""
        return self.verb in ("get", "list", "watch")

    @property
    def path(self) -> str:
        """Where on the server; an object to be created goes to its collection."""
        if not self.name or (self.verb == "create" and not self.sub):
            return self.resource.path(self.namespace)
        return self.resource.path(self.namespace, self.name) + (f"/{self.sub}" if self.sub else "")

    @property
    def what(self) -> str:
        """``Deployment shop/app``, or ``deployments in shop``."""
        if self.name:
            place = f"{self.namespace}/" if self.namespace else ""
            return f"{self.resource.kind} {place}{self.name}"
        return f"{self.resource.plural} in {self.namespace}" if self.namespace else self.resource.plural

    @property
    def asked(self) -> str:
        """``patch Deployment shop/app``, ``create eviction of Pod shop/app-x``."""
        return f"{self.verb} {f'{self.sub} of ' if self.sub else ''}{self.what}"


def listing(scope: Scope, *, limit: int = 0, place: str = "") -> Request:
    """List the scope; with a ``limit`` so many objects at most, from the ``place`` on that the answer before named."""
    pages = (("limit", str(limit or "")), ("continue", place))
    query = _selectors(scope) + tuple(pair for pair in pages if pair[1])
    return Request("list", scope.resource, scope.namespace, query=query)


def watching(scope: Scope, version: str, seconds: float) -> Request:
    """Watch the scope from a resource version on."""
    query = (
        ("watch", "1"),
        ("allowWatchBookmarks", "true"),
        ("resourceVersion", version),
        ("timeoutSeconds", str(max(1, round(seconds)))),
    )
    return Request("watch", scope.resource, scope.namespace, query=query + _selectors(scope))


def streaming(scope: Scope, seconds: float) -> Request:
    """Watch the scope from now on, after all that is there: an event for each object, then a bookmark that ``ends_list``."""
    query = (
        ("watch", "1"),
        ("allowWatchBookmarks", "true"),
        ("sendInitialEvents", "true"),
        ("resourceVersionMatch", "NotOlderThan"),
        ("timeoutSeconds", str(max(1, round(seconds)))),
    )
    return Request("watch", scope.resource, scope.namespace, query=query + _selectors(scope))


def ends_list(event: dict[str, t.Any]) -> bool:
    """Whether all that was there when a watch began has been told."""
    notes = ((event.get("object") or {}).get("metadata") or {}).get("annotations") or {}
    return event.get("type") == "BOOKMARK" and notes.get("k8s.io/initial-events-end") == "true"


def _selectors(scope: Scope) -> tuple[tuple[str, str], ...]:
    pairs = (("labelSelector", scope.labels), ("fieldSelector", scope.fields))
    return tuple(pair for pair in pairs if pair[1])
