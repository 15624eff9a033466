# SPDX-License-Identifier: GPL-3.0-or-later
"""What the watches have written down and one reader reads: the objects of each scope, guarded by one condition."""

from __future__ import annotations

import threading
import time
import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import Scope

Json = dict[str, t.Any]
OnEvent = t.Callable[[float, str, str, Json], None]
"""Called with monotonic seconds, the scope's plural, ADDED, MODIFIED or DELETED, and the object. Must be quick."""
Change = tuple["Scope", str, Json]
"""A scope; ADDED, MODIFIED or DELETED; the object."""


class Board:
    """Writers are the scopes' threads; the reader sees all scopes as they stood at its last look."""

    def __init__(self, scopes: t.Sequence[Scope], on_event: OnEvent | None = None) -> None:
        self._condition = threading.Condition()
        self._objects: dict[Scope, dict[tuple[str, str], Json]] = {scope: {} for scope in scopes}
        self._view: dict[Scope, list[Json]] = {scope: [] for scope in scopes}
        self._unlisted = set(scopes)
        self._unseen = set(scopes)
        self._troubles: dict[Scope, str] = {}
        self._stirred = False
        self._failure: Exception | None = None
        self._on_event = on_event

    def replace(self, scope: Scope, items: list[Json]) -> None:
        """Take a whole list. Only what differs counts as a change."""
        with self._condition:
            fresh = {key_of(item): item for item in items}
            for key, known in list(self._objects[scope].items()):
                if key not in fresh:
                    self._put(scope, key, "DELETED", known)
            for key, item in fresh.items():
                self._put(scope, key, "MODIFIED" if key in self._objects[scope] else "ADDED", item)
            self._unlisted.discard(scope)
            self._condition.notify_all()

    def change(self, scope: Scope, kind: str, item: Json) -> None:
        """Take one event of a watch; one that says nothing new is no change."""
        self.take([(scope, kind, item)])

    def take(self, changes: t.Iterable[Change]) -> None:
        """Take several events that are news together: no look falls between them."""
        with self._condition:
            for scope, kind, item in changes:
                self._put(scope, key_of(item), kind, item)

    def trouble(self, scope: Scope, text: str) -> None:
        """Why the scope may be stale; an empty text when it no longer is."""
        with self._condition:
            if self._troubles.get(scope, "") != text:
                self._troubles[scope] = text
                self._stirred = True
                self._condition.notify_all()

    def fail(self, error: Exception) -> None:
        """A final answer: every later look raises it."""
        with self._condition:
            self._failure = self._failure or error
            self._condition.notify_all()

    def wait_until_listed(self) -> None:
        """Block until each scope has been listed. Raises the first failure."""
        with self._condition:
            self._condition.wait_for(lambda: self._failure or not self._unlisted)
            if self._failure:
                raise self._failure
            self._look()

    def wait(self, timeout: float) -> bool:
        """Block until there is something new, then look at it."""
        with self._condition:
            self._condition.wait_for(lambda: self._failure or self._stirred or self._unseen, max(0.0, timeout))
            if self._failure:
                raise self._failure
            return self._look()

    def objects(self, scope: Scope) -> list[Json]:
        """The scope's objects at the last look, oldest first."""
        return list(self._view[scope])

    def first_trouble(self) -> str:
        """One of the present troubles."""
        with self._condition:
            return next((text for text in self._troubles.values() if text), "")

    def _look(self) -> bool:
        changed = self._stirred or bool(self._unseen)
        for scope in self._unseen:
            self._view[scope] = sorted(self._objects[scope].values(), key=age)
        self._unseen.clear()
        self._stirred = False
        return changed

    def _put(self, scope: Scope, key: tuple[str, str], kind: str, item: Json) -> None:
        objects = self._objects[scope]
        if kind == "DELETED":
            if objects.pop(key, None) is None:
                return
        elif objects.get(key) == item:
            return
        else:
            objects[key] = item
        self._unseen.add(scope)
        if self._on_event:
            self._on_event(time.monotonic(), scope.resource.plural, kind, item)
        self._condition.notify_all()


def key_of(item: Json) -> tuple[str, str]:
    """What tells it from the others of its resource: namespace and name."""
    metadata = item.get("metadata") or {}
    return str(metadata.get("namespace", "")), str(metadata.get("name", ""))


def age(item: Json) -> tuple[str, str]:
    """What puts objects in order, oldest first."""
    metadata = item.get("metadata") or {}
    return str(metadata.get("creationTimestamp") or ""), str(metadata.get("name", ""))
