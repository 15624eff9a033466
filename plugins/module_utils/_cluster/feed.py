# SPDX-License-Identifier: GPL-3.0-or-later
"""Live collections over several watches, as the use cases read them."""

from __future__ import annotations

import time
import typing as t
from functools import partial

from ansible_collections.steady.rollout.plugins.module_utils._cluster.board import Board
from ansible_collections.steady.rollout.plugins.module_utils._cluster.watcher import Watcher

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._cluster.api import Api
    from ansible_collections.steady.rollout.plugins.module_utils._cluster.board import OnEvent
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import Scope

Json = dict[str, t.Any]

_FAREWELL = 1.0


class LiveFeed:
    """Satisfies the port ``Feed``, for one reader: a board, and how to end what writes on it."""

    def __init__(self, board: Board, close: t.Callable[[], None]) -> None:
        self._board = board
        self.close = close

    @classmethod
    def open(cls, api: Api, scopes: t.Sequence[Scope], on_event: OnEvent | None = None) -> LiveFeed:
        """Start a watcher for each scope; returns when each has listed. Raises the first failure."""
        board = Board(scopes, on_event)
        watchers = [Watcher(api, scope, board) for scope in dict.fromkeys(scopes)]
        try:
            for watcher in watchers:
                watcher.start()
            board.wait_until_listed()
        except BaseException:
            end(watchers)
            raise
        return cls(board, partial(end, watchers))

    def wait(self, timeout: float) -> bool:
        """Block until something changed since the last call, or ``timeout`` seconds passed; True when it changed."""
        return self._board.wait(timeout)

    def objects(self, scope: Scope) -> list[Json]:
        """The scope's objects as of the last ``wait`` (or of the opening), oldest first; all scopes of one moment."""
        return self._board.objects(scope)

    def trouble(self) -> str:
        """Why the view may be stale at the moment, or an empty string."""
        return self._board.first_trouble()

    def __enter__(self) -> LiveFeed:
        return self

    def __exit__(self, *_unused: object) -> None:
        self.close()


def end(watchers: t.Sequence[Watcher]) -> None:
    """End the watches. A thread that is just connecting ends with its attempt; it keeps no process alive."""
    for watcher in watchers:
        watcher.stop()
    deadline = time.monotonic() + _FAREWELL
    for watcher in watchers:
        if watcher.ident is not None:
            watcher.join(max(0.0, deadline - time.monotonic()))
