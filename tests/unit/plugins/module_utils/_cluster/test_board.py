# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._cluster.board import Board
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import EVENT, POD, Scope
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._cluster.api_server import pod

PODS, EVENTS = Scope(POD, "shop"), Scope(EVENT, "shop")


def seen(board: Board) -> list[str]:
    return [item["metadata"]["name"] for item in board.objects(PODS)]


def test_a_relist_tells_only_what_differs() -> None:
    heard = []
    board = Board([PODS], lambda _at, _plural, kind, item: heard.append((kind, item["metadata"]["name"])))
    board.replace(PODS, [pod("a", 1), pod("b", 1)])
    board.replace(PODS, [pod("b", 1), pod("c", 1)])
    assert heard == [("ADDED", "a"), ("ADDED", "b"), ("DELETED", "a"), ("ADDED", "c")]


def test_a_relist_without_news_wakes_nobody() -> None:
    board = Board([PODS])
    board.replace(PODS, [pod("a", 1)])
    assert board.wait(0) is True
    board.replace(PODS, [pod("a", 1)])
    assert board.wait(0) is False


def test_objects_of_the_same_name_in_two_namespaces_are_two() -> None:
    board = Board([PODS])
    other = pod("a", 1)
    other["metadata"] = {**other["metadata"], "namespace": "other"}
    board.replace(PODS, [pod("a", 1), other])
    board.wait_until_listed()
    assert seen(board) == ["a", "a"]


def test_the_view_is_of_one_moment_until_the_next_look() -> None:
    board = Board([PODS, EVENTS])
    board.wait(0)
    board.change(PODS, "ADDED", pod("a", 1))
    assert seen(board) == []
    assert board.wait(0) is True
    assert seen(board) == ["a"]


def test_trouble_wakes_the_reader_once() -> None:
    board = Board([PODS, EVENTS])
    board.wait(0)
    board.trouble(EVENTS, "refused")
    assert (board.wait(0), board.first_trouble()) == (True, "refused")
    board.trouble(EVENTS, "refused")
    assert board.wait(0) is False
    board.trouble(EVENTS, "")
    assert (board.wait(0), board.first_trouble()) == (True, "")


def test_the_first_final_answer_is_raised_at_every_look() -> None:
    board = Board([PODS])
    board.fail(errors.Forbidden("first"))
    board.fail(errors.Forbidden("second"))
    for look in (board.wait_until_listed, lambda: board.wait(5)):
        with pytest.raises(errors.Forbidden, match="first"):
            look()
