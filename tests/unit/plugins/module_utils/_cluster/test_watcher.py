# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import threading
import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._cluster.board import Board
from ansible_collections.steady.rollout.plugins.module_utils._cluster.watcher import Watcher
from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import POD, Scope
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._cluster.api_server import (
    ApiServer,
    Nothing,
    Stream,
    event,
    listed,
    pod,
    status,
    told,
)

PODS = Scope(POD, "shop")

Connect = t.Callable[..., t.Any]


def wait_for_ever(board: Board) -> t.NoReturn:
    while True:
        board.wait(5)


@pytest.fixture
def board() -> Board:
    return Board([PODS])


@pytest.fixture
def watcher(server: ApiServer, connected: Connect, board: Board) -> t.Iterator[Watcher]:
    """A watcher that is not started yet, with a list to begin with."""
    server.plays("list", listed(5))
    watcher = Watcher(connected()._api, PODS, board)
    yield watcher
    watcher.stop()
    if watcher.ident:
        watcher.join(5)
        assert not watcher.is_alive()


def test_it_never_keeps_a_process_alive(watcher: Watcher) -> None:
    assert watcher.daemon


def test_a_stop_during_the_first_list_leaves_no_failure(server: ApiServer, watcher: Watcher, board: Board) -> None:
    server.plays("list", status(503, "starting"))
    watcher.start()
    server.wait_for("list", 2)
    watcher.stop()
    watcher.join(5)
    assert board.wait(0) is True


def test_a_stop_before_the_start_is_heeded(server: ApiServer, watcher: Watcher) -> None:
    watcher.stop()
    watcher.start()
    watcher.join(5)
    assert server.count("watch") == 0


def test_the_first_watch_brings_the_list_along(server: ApiServer, watcher: Watcher, board: Board) -> None:
    news = event("MODIFIED", pod("a", 6, spec={}))
    server.plays("stream", Stream((event("ADDED", pod("b", 4)), event("ADDED", pod("a", 2)), told(5), news), "end"))
    server.plays("watch", Stream())
    watcher.start()
    board.wait_until_listed()
    server.wait_for("watch", 1)
    board.wait(5)
    assert [item["metadata"]["name"] for item in board.objects(PODS)] == ["a", "b"]
    assert (server.count("list"), server.requests("watch")[0].query["resourceVersion"]) == (0, "6")


@pytest.mark.parametrize(
    "answer",
    [
        Stream((event("ADDED", pod("a", 4)),), "cut"),
        Stream((event("ADDED", pod("a", 4)), b'{"type": "ADD'), "end"),
        Stream((event("ERROR", {"code": 410, "message": "too old"}),), "end"),
        status(503, "starting"),
        status(410, "too old"),
        Nothing(),
    ],
)
def test_a_watch_that_does_not_tell_all_is_no_list(
    server: ApiServer, watcher: Watcher, board: Board, answer: t.Any
) -> None:
    server.plays("stream", answer)
    server.plays("list", listed(5, "a", "b"))
    server.plays("watch", Stream())
    watcher.start()
    board.wait_until_listed()
    assert [item["metadata"]["name"] for item in board.objects(PODS)] == ["a", "b"]


def test_a_version_forgotten_after_the_list_is_listed_anew(server: ApiServer, watcher: Watcher, board: Board) -> None:
    gone = event("ERROR", {"code": 410, "message": "too old"})
    server.plays("stream", Stream((event("ADDED", pod("a", 4)), told(5), gone), "end"))
    server.plays("list", listed(7))
    server.plays("watch", Stream())
    watcher.start()
    board.wait_until_listed()
    server.wait_for("watch", 1)
    board.wait(5)
    assert board.objects(PODS) == []


def test_a_server_that_cannot_is_not_asked_again(server: ApiServer, connected: Connect) -> None:
    server.plays("list", listed(5))
    server.plays("watch", Stream())
    api = connected()._api
    for _time in range(2):
        board = Board([PODS])
        watcher = Watcher(api, PODS, board)
        watcher.start()
        board.wait_until_listed()
        watcher.stop()
        watcher.join(5)
    assert (server.count("stream"), server.count("list")) == (1, 2)


def test_an_old_list_is_renewed(server: ApiServer, connected: Connect, board: Board) -> None:
    api = connected(timings={"relist": 0.0})._api
    server.plays("list", listed(5), listed(6, "a"))
    server.plays("watch", Stream((), "end"))
    watcher = Watcher(api, PODS, board)
    watcher.start()
    server.wait_for("list", 3)
    watcher.stop()
    watcher.join(5)
    board.wait(0)
    assert [item["metadata"]["name"] for item in board.objects(PODS)] == ["a"]


def test_an_old_list_is_renewed_by_a_watch(server: ApiServer, connected: Connect, board: Board) -> None:
    api = connected(timings={"relist": 0.0})._api
    server.plays("stream", Stream((told(5),), "end"), Stream((event("ADDED", pod("a", 6)), told(6)), "end"))
    server.plays("watch", Stream((), "end"))
    watcher = Watcher(api, PODS, board)
    watcher.start()
    server.wait_for("stream", 3)
    watcher.stop()
    watcher.join(5)
    board.wait(0)
    assert [item["metadata"]["name"] for item in board.objects(PODS)] == ["a"]
    assert server.count("list") == 0


def test_what_is_kept_is_settled_as_it_comes_in(server: ApiServer, connected: Connect, board: Board) -> None:
    server.plays("list", listed(5, "a"))
    server.plays("watch", Stream((event("ADDED", pod("b", 6)),)))
    watcher = Watcher(connected()._api, PODS, board, lambda item: {"metadata": item["metadata"]})
    watcher.start()
    while len(board.objects(PODS)) < 2:
        board.wait(5)
    watcher.stop()
    watcher.join(5)
    assert [list(item) for item in board.objects(PODS)] == [["metadata"], ["metadata"]]


def test_a_line_that_is_no_event_changes_nothing(server: ApiServer, watcher: Watcher, board: Board) -> None:
    server.plays("watch", Stream((b"nonsense\n", b"\n", event("ADDED", pod("a", 6)))))
    watcher.start()
    board.wait_until_listed()
    while not board.objects(PODS):
        board.wait(5)


def test_an_unexpected_fault_of_its_own_reaches_the_reader(server: ApiServer, watcher: Watcher, board: Board) -> None:
    server.plays("watch", Stream((b'{"type": "ADDED", "object": []}\n{"type": "ADDED", "object": [1]}\n',), "end"))
    watcher.start()
    with pytest.raises(AttributeError):
        wait_for_ever(board)


def test_a_storm_of_short_watches_is_slowed_down(server: ApiServer, watcher: Watcher, board: Board) -> None:
    server.plays("watch", Nothing())
    pauses = watcher._api.pauses()
    drawn: list[float] = []

    def counted() -> t.Iterator[float]:
        for pause in pauses:
            drawn.append(pause)
            yield pause

    watcher._api.pauses = counted  # type: ignore[method-assign]
    watcher.start()
    server.wait_for("watch", 8)
    assert drawn[5] > drawn[0]
    assert threading.active_count() > 1
