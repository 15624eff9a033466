# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._cluster import stock
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._cluster.api_server import pod

Json = dict[str, t.Any]


def labelled(name: str, version: int, **labels: str) -> Json:
    made = pod(name, version)
    made["metadata"]["labels"] = labels
    return made


def found(there: stock.Stock, mark: stock.Mark) -> list[str]:
    return sorted(item["metadata"]["name"] for item in there.find(mark))


def test_an_object_is_found_by_each_of_its_marks() -> None:
    there = stock.Stock()
    for item in (labelled("a", 1, app="web", tier="x"), labelled("b", 1, app="web"), labelled("c", 1)):
        there.put(item)
    assert found(there, stock.EVERY) == ["a", "b", "c"]
    assert found(there, stock.named("b")) == ["b"]
    assert found(there, stock.labelled("app", "web")) == ["a", "b"]
    assert (there.count(stock.labelled("tier", "x")), there.count(stock.labelled("tier", "y"))) == (1, 0)


def test_an_event_is_found_by_what_it_is_about() -> None:
    there = stock.Stock()
    there.put(pod("a.17", 1, involvedObject={"uid": "u1"}))
    there.put(pod("b.17", 1, involvedObject={}))
    assert found(there, stock.about("u1")) == ["a.17"]
    assert found(there, stock.about("")) == []


def test_a_newer_state_leaves_no_mark_of_the_older_one() -> None:
    there = stock.Stock()
    there.put(labelled("a", 1, app="web"))
    there.put(labelled("a", 2, app="db"))
    assert found(there, stock.labelled("app", "web")) == []
    assert found(there, stock.labelled("app", "db")) == ["a"]
    there.drop(("shop", "a"))
    there.drop(("shop", "a"))
    assert (there.keys(), there.count(stock.EVERY), there._marked) == (set(), 0, {})
