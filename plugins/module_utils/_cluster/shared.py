# SPDX-License-Identifier: GPL-3.0-or-later
"""Many feeds over few streams: one list and watch for each resource and namespace, however many workloads are waited for.

A stream is wide and belongs to all; each feed has a board of its own, on which it finds its own objects only. What a change costs
depends on the feeds that it concerns, and what a feed costs on the objects that are its own, never on how many there are of both.
"""

from __future__ import annotations

import threading
import typing as t
from collections import defaultdict
from functools import partial

from ansible_collections.steady.rollout.plugins.module_utils._cluster import stock
from ansible_collections.steady.rollout.plugins.module_utils._cluster.board import Board, age, key_of
from ansible_collections.steady.rollout.plugins.module_utils._cluster.feed import LiveFeed, end
from ansible_collections.steady.rollout.plugins.module_utils._cluster.watcher import Watcher, older
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, kinds, objects, selectors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import EVENT, Resource, Scope

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._cluster.api import Api
    from ansible_collections.steady.rollout.plugins.module_utils._cluster.board import Change, OnEvent

Json = dict[str, t.Any]

_BY_NAME = "metadata.name="
_WORKLOADS = frozenset(kind.RESOURCE for kind in kinds.WAITED_FOR)


def carrier(scope: Scope) -> Scope:
    """The stream that carries a scope: labels and a workload's name are left to us, anything else to the API server."""
    if scope.fields.startswith(_BY_NAME) and scope.resource in _WORKLOADS:
        return Scope(scope.resource, scope.namespace)
    return Scope(scope.resource, scope.namespace, fields=scope.fields)


def keeper(resource: Resource) -> t.Callable[[Json], Json]:
    """What is kept of each object: workloads as they are, since their managed fields tell who changed what; others lightly."""
    return dict if resource in _WORKLOADS else stock.light


class View:
    """One feed's board, and which objects it has been told of: their events are its events, the rest of the namespace's are not."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.uids: set[str] = set()
        self.interests: list[Interest] = []


class Interest:
    """What one scope of a feed takes of its stream."""

    def __init__(self, view: View, scope: Scope, stream: Stream) -> None:
        self.view = view
        self.scope = scope
        self.stream = stream
        self.of_events = scope.resource == EVENT
        self._selector = selectors.parse(scope.labels)
        named = carrier(scope).fields != scope.fields
        self._name = scope.fields.removeprefix(_BY_NAME) if named else ""

    def takes(self, item: Json) -> bool:
        """Whether the object is among the scope's."""
        if self.of_events:
            return str((item.get("involvedObject") or {}).get("uid")) in self.view.uids
        return (not self._name or objects.name(item) == self._name) and self._selector.selects(objects.labels(item))

    def mark(self, there: stock.Stock) -> stock.Mark:
        """Which mark all its objects have: the one that the fewest others have, too."""
        if self._name:
            return stock.named(self._name)
        marks = [stock.labelled(key, value) for key, value in self._selector.pairs]
        return min(marks, key=there.count, default=stock.EVERY)


class Stream:
    """One wide list and watch, and who reads of it; a watcher writes here as it would on a board."""

    def __init__(self, changed: threading.Condition) -> None:
        self._changed = changed
        self._stock = stock.Stock()
        self._readers: defaultdict[stock.Mark, set[Interest]] = defaultdict(set)
        self._interests: dict[Interest, set[stock.Mark]] = {}
        self._trouble = ""
        self.listed = False
        self.failure: Exception | None = None

    # what a watcher writes

    def replace(self, _scope: Scope, items: list[Json]) -> None:
        """Take a whole list; each feed sees it at once or not yet."""
        with self._changed:
            gone = self._stock.keys() - {key_of(item) for item in items}
            departed = [("DELETED", item) for item in map(self._stock.get, gone) if item is not None]
            self._tell([*departed, *(("MODIFIED", item) for item in items)])
            self.listed = True
            self._changed.notify_all()

    def change(self, _scope: Scope, kind: str, item: Json) -> None:
        """Take one event."""
        with self._changed:
            self._tell([(kind, item)])

    def trouble(self, _scope: Scope, text: str) -> None:
        """Pass it on to who reads here."""
        with self._changed:
            if text != self._trouble:
                self._trouble = text
                for interest in self._interests:
                    interest.view.board.trouble(interest.scope, text)

    def fail(self, error: Exception) -> None:
        """Pass it on, and keep it for who comes later."""
        with self._changed:
            self.failure = self.failure or error
            for interest in self._interests:
                interest.view.board.fail(error)
            self._changed.notify_all()

    # who reads

    def seen(self, interest: Interest) -> list[Json] | None:
        """What is there for it, oldest first; None while that may be behind."""
        if self._trouble:
            return None
        return sorted(filter(interest.takes, self._stock.find(interest.mark(self._stock))), key=age)

    def join(self, interest: Interest) -> None:
        """Fill in what is there for it, and keep that true."""
        self._interests[interest] = set()
        board, scope = interest.view.board, interest.scope
        mark = interest.mark(self._stock)
        mine = [] if interest.of_events else [item for item in self._stock.find(mark) if interest.takes(item)]
        if not interest.of_events:
            self.look_for(interest, mark)
        board.replace(scope, mine)
        board.take([change for item in mine for change in learn(interest.view, item)])
        board.trouble(scope, self._trouble)

    def look_for(self, interest: Interest, mark: stock.Mark) -> list[Json]:
        """Tell the interest of objects with that mark from now on; those that are there already."""
        self._readers[mark].add(interest)
        self._interests[interest].add(mark)
        return self._stock.find(mark)

    def leave(self, interest: Interest) -> None:
        """Nothing more for it."""
        for mark in self._interests.pop(interest, ()):
            self._readers[mark].discard(interest)
            if not self._readers[mark]:
                del self._readers[mark]

    def _tell(self, events: t.Iterable[tuple[str, Json]]) -> None:
        news: defaultdict[View, list[Change]] = defaultdict(list)
        for kind, item in events:
            before = self._stock.get(key_of(item))
            if before is not None and _outdated(item, before):
                continue
            if kind == "DELETED":
                self._stock.drop(key_of(item))
            elif before != item:
                self._stock.put(item)
            else:
                continue
            had = self._takers(before) if before is not None else set()
            takes = self._takers(item) if kind != "DELETED" else set()
            for interest in had - takes:
                news[interest.view].append((interest.scope, "DELETED", item))
            for interest in takes:
                news[interest.view].append((interest.scope, "MODIFIED" if interest in had else "ADDED", item))
                news[interest.view].extend(learn(interest.view, item))
        for view, changes in news.items():
            view.board.take(changes)

    def _takers(self, item: Json) -> set[Interest]:
        asked = (self._readers.get(mark, ()) for mark in stock.marks_of(item))
        return {interest for interests in asked for interest in interests if interest.takes(item)}


def _outdated(item: Json, known: Json) -> bool:
    """Whether a later state of the same object is known already: the answer to a write outruns its event."""
    versions = [str(objects.metadata(each).get("resourceVersion") or "") for each in (item, known)]
    return objects.uid(item) == objects.uid(known) and older(*versions)


def learn(view: View, item: Json) -> t.Iterator[Change]:
    """The events about an object that a feed has not been told of before; those to come find it by themselves."""
    uid = objects.uid(item)
    if uid in view.uids or not uid:
        return
    view.uids.add(uid)
    for interest in view.interests:
        if interest.of_events:
            for event in interest.stream.look_for(interest, stock.about(uid)):
                yield interest.scope, "ADDED", event


class Streams:
    """The streams of one run, each begun when the first feed asks for it, and ended with all others."""

    def __init__(self, api: Api, on_event: OnEvent | None = None) -> None:
        self._api = api
        self._on_event = on_event
        self._changed = threading.Condition()
        self._streams: dict[Scope, Stream] = {}
        self._watchers: list[Watcher] = []
        self._stopped: Exception | None = None

    def open(self, scopes: t.Sequence[Scope]) -> LiveFeed:
        """A feed of these scopes; returns when each has been listed. Raises the first failure."""
        scopes = sorted(dict.fromkeys(scopes), key=lambda scope: scope.resource != EVENT)
        view = View(Board(scopes, self._on_event))
        with self._changed:
            if self._stopped:
                raise self._stopped
            view.interests = [Interest(view, scope, self._stream(carrier(scope))) for scope in scopes]
            self._changed.wait_for(lambda: all(item.stream.listed or item.stream.failure for item in view.interests))
            for interest in view.interests:
                if interest.stream.failure:
                    raise interest.stream.failure
            for interest in view.interests:  # those of events first: what they are about is learnt from the others
                interest.stream.join(interest)
        view.board.wait_until_listed()
        return LiveFeed(view.board, partial(self._leave, view))

    def seen(self, scope: Scope) -> list[Json] | None:
        """The scope's objects at this moment; None while they may be behind. Raises why nothing is known."""
        with self._changed:
            if self._stopped:
                raise self._stopped
            stream = self._stream(carrier(scope))
            self._changed.wait_for(lambda: stream.listed or stream.failure)
            if stream.failure:
                raise stream.failure
            return stream.seen(Interest(View(Board(())), scope, stream))

    def written(self, resource: Resource, item: Json) -> None:
        """Show what a write has been answered with: who opens a feed after it must not see the object as it was before."""
        scope = Scope(resource, str(objects.metadata(item).get("namespace") or ""))
        with self._changed:
            stream = self._streams.get(scope)
            if stream and stream.listed:
                stream.change(scope, "MODIFIED", keeper(resource)(item))

    def stop(self, reason: Exception) -> None:
        """Every feed, also one to come, raises that reason at its next look."""
        with self._changed:
            self._stopped = reason
            for stream in self._streams.values():
                stream.fail(reason)

    def close(self) -> None:
        """End all watches."""
        end(self._watchers)

    def _stream(self, scope: Scope) -> Stream:
        if scope not in self._streams or isinstance(self._streams[scope].failure, errors.Unreachable):
            stream = Stream(self._changed)
            self._streams[scope] = stream
            self._watchers.append(Watcher(self._api, scope, stream, keeper(scope.resource)))
            self._watchers[-1].start()
        return self._streams[scope]

    def _leave(self, view: View) -> None:
        with self._changed:
            for interest in view.interests:
                interest.stream.leave(interest)
