# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects of one wide stream, found by what they are called, labelled with, or about, without looking through all of them."""

from __future__ import annotations

import sys
import typing as t
from collections import defaultdict

from ansible_collections.steady.rollout.plugins.module_utils._cluster.board import key_of
from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects

Json = dict[str, t.Any]
Key = tuple[str, str]
Mark = tuple[str, ...]
"""What an object can be found by: everything has EVERY, its NAME, a mark for each label, and an event one for its object's UID."""

EVERY: Mark = ("every",)


def named(name: str) -> Mark:
    """The mark of the object of that name."""
    return ("name", name)


def labelled(key: str, value: str) -> Mark:
    """The mark of objects with that label."""
    return ("label", key, value)


def about(uid: str) -> Mark:
    """The mark of events about the object of that UID."""
    return ("about", uid)


def marks_of(item: Json) -> tuple[Mark, ...]:
    """All marks of an object."""
    involved = (item.get("involvedObject") or {}).get("uid")
    labels = (labelled(key, value) for key, value in objects.labels(item).items())
    return (EVERY, named(objects.name(item)), *labels, *((about(str(involved)),) if involved else ()))


def light(item: Json) -> Json:
    """The object in half the memory: without its managed fields, which nobody reads, and with its strings shared among all."""
    objects.metadata(item).pop("managedFields", None)
    return t.cast(Json, _shared(item))


def _shared(value: t.Any) -> t.Any:
    if isinstance(value, dict):
        return {sys.intern(key): _shared(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_shared(each) for each in value]
    return sys.intern(value) if isinstance(value, str) else value


class Stock:
    """Objects by their marks."""

    def __init__(self) -> None:
        self._objects: dict[Key, Json] = {}
        self._marked: defaultdict[Mark, set[Key]] = defaultdict(set)

    def keys(self) -> set[Key]:
        """What is there."""
        return set(self._objects)

    def get(self, key: Key) -> Json | None:
        """The object of that key."""
        return self._objects.get(key)

    def put(self, item: Json) -> None:
        """Keep an object, in place of an older state of it."""
        key = key_of(item)
        self.drop(key)
        self._objects[key] = item
        for mark in marks_of(item):
            self._marked[mark].add(key)

    def drop(self, key: Key) -> None:
        """Forget an object; one that is not there is forgotten already."""
        item = self._objects.pop(key, None)
        for mark in marks_of(item) if item is not None else ():
            self._marked[mark].discard(key)
            if not self._marked[mark]:
                del self._marked[mark]

    def count(self, mark: Mark) -> int:
        """How many have that mark."""
        return len(self._marked.get(mark, ()))

    def find(self, mark: Mark) -> list[Json]:
        """Those that have that mark."""
        return [self._objects[key] for key in self._marked.get(mark, ())]
