# SPDX-License-Identifier: GPL-3.0-or-later
"""One scope, kept true: list it, watch it, list it again when the server has forgotten where we were."""

from __future__ import annotations

import random
import threading
import time
import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._cluster import answers, transport
from ansible_collections.steady.rollout.plugins.module_utils._cluster.request import (
    Request,
    ends_list,
    listing,
    streaming,
    watching,
)
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors

if t.TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

    from ansible_collections.steady.rollout.plugins.module_utils._cluster.api import Api
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import Scope

Json = dict[str, t.Any]

_SHORT = 1.0
"""A watch that ends within so many seconds counts as a failed one: asking again at once would be a storm."""


class Notes(t.Protocol):
    """Where a watcher writes down what it sees."""

    def replace(self, scope: Scope, items: list[Json]) -> None:
        """The whole scope as listed."""

    def change(self, scope: Scope, kind: str, item: Json) -> None:
        """One event: ADDED, MODIFIED or DELETED."""

    def trouble(self, scope: Scope, text: str) -> None:
        """Why the scope may be stale; an empty text when it no longer is."""

    def fail(self, error: Exception) -> None:
        """A final answer: nothing will come any more."""


class Watcher(threading.Thread):
    """Writes what happens in one scope on the board until it is told to stop."""

    def __init__(self, api: Api, scope: Scope, board: Notes, keep: t.Callable[[Json], Json] = dict) -> None:
        super().__init__(name=f"watch {scope.resource.plural}", daemon=True)
        self._api = api
        self._scope = scope
        self._board = board
        self._keep = keep
        """What is written down of an object as it comes in, before the next one is read."""
        self._stop_asked = threading.Event()
        self._line = threading.Lock()
        self._stream: BaseHTTPResponse | None = None
        self._version = ""
        self._listed_at = 0.0

    def run(self) -> None:
        """List and watch; a final answer goes on the board."""
        try:
            if not self._list_by_watch() and not self._stop_asked.is_set():
                self._take(self._api.json(listing(self._scope), stop=self._stop_asked))
            self._follow()
        except Exception as error:
            if not self._stop_asked.is_set():
                self._board.fail(error)

    def stop(self) -> None:
        """End soon; a read that blocks returns at once."""
        self._stop_asked.set()
        with self._line:
            if self._stream is not None:
                transport.hang_up(self._stream)

    def _list_by_watch(self) -> bool:
        """Let a watch tell what is there, too: one request, and never a list as a whole. False when that is left to a list.

        It is a short one, so that silence is noticed as soon as with a list.
        """
        if not self._api.lists_by_watch or self._stop_asked.is_set():
            return False
        timings = self._api.timings
        there: list[Json] = []
        listed = False

        def take(event: Json) -> None:
            nonlocal listed
            if listed:
                self._take_event(event)
            elif ends_list(event):
                self._take_all(there, event["object"])
                there.clear()
                listed = True
            elif event.get("type") == "ADDED":
                there.append(self._keep(event.get("object") or {}))
            else:
                raise answers.Expired("what came is no list")

        try:
            self._read(streaming(self._scope, timings.read - timings.silence), timings.read, take)
        except errors.Rejected:
            self._api.lists_by_watch = False  # servers before 1.32 do not know how
        except answers.Expired:
            return False
        except (errors.RolloutError, answers.Passing):
            pass
        return listed

    def _follow(self) -> None:
        pauses = self._api.pauses()
        while not self._stop_asked.is_set():
            started = time.monotonic()
            wanted = 0.0
            try:
                if self._outdated(started) and not self._list_by_watch() and not self._stop_asked.is_set():
                    self._take(self._api.json_once(listing(self._scope)))
                self._watch()
            except answers.Expired:
                self._version = ""
            except answers.Passing as trouble:
                wanted = trouble.after
                self._board.trouble(self._scope, f"API server {self._api.server}: {trouble.text}")
            if time.monotonic() - started > _SHORT:
                pauses = self._api.pauses()
            self._stop_asked.wait(max(next(pauses), wanted))

    def _outdated(self, now: float) -> bool:
        return not self._version or now - self._listed_at > self._api.timings.relist

    def _take(self, answer: Json) -> None:
        self._take_all([self._keep(item) for item in answers.items(self._scope.resource, answer)], answer)

    def _take_all(self, items: list[Json], stamp: Json) -> None:
        """Take a whole list, of the version that its stamp has."""
        self._board.replace(self._scope, items)
        self._version = str((stamp.get("metadata") or {}).get("resourceVersion") or "")
        self._listed_at = time.monotonic()
        self._board.trouble(self._scope, "")

    def _watch(self) -> None:
        """One watch from open to end. A cut or silence is an end like any other: the next watch goes on from there."""
        timings = self._api.timings
        seconds = random.uniform(*timings.watch)
        self._read(watching(self._scope, self._version, seconds), seconds + timings.silence, self._take_event)

    def _read(self, request: Request, silence: float, take: t.Callable[[Json], None]) -> None:
        response = self._api.send(request, stream=True, read=silence)
        self._board.trouble(self._scope, "")
        with self._line:
            self._stream = response
        try:
            if not self._stop_asked.is_set():
                for line in transport.lines(response):
                    take(answers.parse(line))
        except transport.NoAnswer:
            pass
        finally:
            with self._line:
                self._stream = None
            response.close()

    def _take_event(self, event: Json) -> None:
        kind, item = event.get("type"), event.get("object") or {}
        if kind == "ERROR":
            request = watching(self._scope, self._version, 0)
            raise answers.from_status(request, int(item.get("code") or 500), item)
        version = str((item.get("metadata") or {}).get("resourceVersion") or "")
        if not version or older(version, self._version):
            return
        if kind in ("ADDED", "MODIFIED", "DELETED"):
            self._board.change(self._scope, kind, self._keep(item))
        self._version = version


def older(version: str, than: str) -> bool:
    """Whether it has been delivered before: the versions of one resource only grow."""
    return version.isdigit() and than.isdigit() and int(version) < int(than)
