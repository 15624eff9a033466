# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import threading
import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._cluster.feed import LiveFeed
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import EVENT, POD, Scope
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._cluster.api_server import (
    ApiServer,
    Nothing,
    Reply,
    Stream,
    event,
    listed,
    pod,
    status,
)

PODS = Scope(POD, "shop", labels="app=web")
EVENTS = Scope(EVENT, "shop")

Connect = t.Callable[..., t.Any]


def names(feed: LiveFeed, scope: Scope = PODS) -> list[str]:
    return [item["metadata"]["name"] for item in feed.objects(scope)]


def wait_until(feed: LiveFeed, wanted: list[str]) -> None:
    while names(feed) != wanted:
        assert feed.wait(5), f"still {names(feed)}, not {wanted}"


def read_on(cluster: t.Any) -> t.NoReturn:
    """Reads until a final answer; it may come so early that the feed does not even open."""
    with cluster.open_feed([PODS]) as feed:
        while True:
            feed.wait(5)


def watchers() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("watch ")]


def test_all_scopes_are_listed_when_it_opens(server: ApiServer, connected: Connect) -> None:
    server.plays("list", listed(5, "a"))
    server.plays("watch", Stream())
    with connected().open_feed([PODS, EVENTS]) as feed:
        assert names(feed, PODS) == names(feed, EVENTS) == ["a"]
        assert feed.objects(PODS)[0]["kind"] == "Pod"
    queries = [seen.query for seen in server.requests("list")]
    assert {"labelSelector": "app=web"} in queries


def test_a_watch_goes_on_from_the_list(server: ApiServer, connected: Connect) -> None:
    server.plays("list", listed(5))
    server.plays("watch", Stream((event("ADDED", pod("a", 6)),)))
    with connected().open_feed([PODS]) as feed:
        wait_until(feed, ["a"])
    (watch,) = server.requests("watch")
    assert watch.query["resourceVersion"] == "5"
    assert watch.query["allowWatchBookmarks"] == "true"
    assert watch.query["labelSelector"] == "app=web"


def test_a_watch_that_is_cut_within_an_event_goes_on_after_the_last_whole_one(
    server: ApiServer, connected: Connect
) -> None:
    second = event("ADDED", pod("b", 7))
    server.plays("list", listed(5))
    server.plays("watch", Stream((event("ADDED", pod("a", 6)), second[:20]), "cut"), Stream((second,)))
    with connected().open_feed([PODS]) as feed:
        wait_until(feed, ["a", "b"])
        assert feed.trouble() == ""
    assert server.requests("watch")[1].query["resourceVersion"] == "6"
    assert server.count("list") == 1


def test_a_watch_that_falls_silent_is_asked_again(server: ApiServer, connected: Connect) -> None:
    server.plays("list", listed(5))
    server.plays("watch", Stream(), Stream((event("ADDED", pod("a", 6)),)))
    with connected(timings={"watch": (0.05, 0.05), "silence": 0.05}).open_feed([PODS]) as feed:
        wait_until(feed, ["a"])
    assert server.count("list") == 1


def test_a_watch_that_ends_is_asked_again_from_the_last_bookmark(server: ApiServer, connected: Connect) -> None:
    server.plays("list", listed(5))
    server.plays("watch", Stream((event("BOOKMARK", pod("", 9)),), "end"), Stream())
    with connected().open_feed([PODS]) as feed:
        server.wait_for("watch", 2)
        assert names(feed) == []
    assert server.requests("watch")[1].query["resourceVersion"] == "9"


@pytest.mark.parametrize(
    "gone",
    [
        status(410, "too old resource version"),
        Stream((event("ERROR", {"kind": "Status", "code": 410, "reason": "Expired", "message": "too old"}),), "end"),
        status(504, "Too large", details={"causes": [{"reason": "ResourceVersionTooLarge"}]}),
    ],
    ids=["410 as status", "410 within the stream", "version not reached"],
)
def test_a_forgotten_version_is_listed_anew(server: ApiServer, connected: Connect, gone: t.Any) -> None:
    server.plays("list", listed(5, "a", "b"), listed(9, "b", "c"))
    server.plays("watch", gone, Stream())
    with connected().open_feed([PODS]) as feed:
        wait_until(feed, ["b", "c"])
        server.wait_for("watch", 2)
    assert server.requests("watch")[1].query["resourceVersion"] == "9"


def test_duplicates_and_late_deliveries_change_nothing(server: ApiServer, connected: Connect) -> None:
    told = (
        event("ADDED", pod("a", 6)),
        event("ADDED", pod("a", 6)),
        event("DELETED", pod("a", 7)),
        event("MODIFIED", pod("a", 6)),
        event("DELETED", pod("a", 7)),
        event("ADDED", pod("last", 8)),
    )
    server.plays("list", listed(5))
    server.plays("watch", Stream(told))
    heard: list[tuple[str, str, str]] = []
    cluster = connected(on_event=lambda _at, plural, kind, item: heard.append((plural, kind, item["metadata"]["name"])))
    with cluster.open_feed([PODS]) as feed:
        wait_until(feed, ["last"])
    assert heard == [("pods", "ADDED", "a"), ("pods", "DELETED", "a"), ("pods", "ADDED", "last")]


def test_a_character_may_be_split_between_two_pieces(server: ApiServer, connected: Connect) -> None:
    line = event("ADDED", pod("a", 6, note="größer"))
    middle = line.index("ö".encode()) + 1
    server.plays("list", listed(5))
    server.plays("watch", Stream((line[:middle], line[middle:])))
    with connected().open_feed([PODS]) as feed:
        wait_until(feed, ["a"])
        assert feed.objects(PODS)[0]["note"] == "größer"


def test_two_events_in_one_piece_are_two_events(server: ApiServer, connected: Connect) -> None:
    server.plays("list", listed(5))
    server.plays("watch", Stream((event("ADDED", pod("a", 6)) + event("ADDED", pod("b", 7)),)))
    with connected().open_feed([PODS]) as feed:
        wait_until(feed, ["a", "b"])


@pytest.mark.parametrize(
    ("verb", "trouble", "word"),
    [
        ("watch", status(503, "starting"), "503 starting"),
        ("watch", status(429, "slow down", after=0), "too many requests"),
        ("watch", status(500, "etcdserver: leader changed"), "leader changed"),
        ("watch", Nothing(), "cut"),
    ],
    ids=["503", "429", "leader changed", "reset"],
)
def test_passing_trouble_is_named_until_it_is_over(
    server: ApiServer, connected: Connect, verb: str, trouble: t.Any, word: str
) -> None:
    server.plays("list", listed(5))
    server.plays("watch", trouble)
    with connected().open_feed([PODS]) as feed:
        while not feed.trouble():
            feed.wait(5)
        assert word in feed.trouble()
        assert feed.trouble().startswith("API server 127.0.0.1:")
        server.plays("watch", Stream((event("ADDED", pod("a", 6)),)))
        wait_until(feed, ["a"])
        assert feed.trouble() == ""


def test_a_relist_that_is_asked_to_wait_does_not_end_the_feed(server: ApiServer, connected: Connect) -> None:
    server.plays("list", listed(5), status(429, "slow down", after=0), Nothing(), listed(9, "a"))
    server.plays("watch", status(410, "gone"), Stream())
    with connected().open_feed([PODS]) as feed:
        wait_until(feed, ["a"])


def test_losing_the_right_to_watch_ends_the_wait(server: ApiServer, connected: Connect) -> None:
    message = 'pods is forbidden: User "bob" cannot watch resource "pods" in API group "" in the namespace "shop"'
    server.plays("list", listed(5))
    server.plays("watch", status(403, message))
    with pytest.raises(errors.Forbidden, match="bob to watch pods in namespace shop"):
        read_on(connected())


def test_a_refusal_right_after_trouble_is_doubted(server: ApiServer, connected: Connect) -> None:
    """A starting API server refuses everybody until it has read its rules."""
    server.plays("list", listed(5))
    refused = 'pods is forbidden: User "bob" cannot watch resource "pods" in API group "" in the namespace "shop"'
    server.plays("watch", status(503, "starting"), status(403, refused), Stream((event("ADDED", pod("a", 6)),)))
    with connected().open_feed([PODS]) as feed:
        wait_until(feed, ["a"])


def test_credentials_that_no_longer_count_end_the_wait(server: ApiServer, connected: Connect) -> None:
    server.plays("list", listed(5))
    server.plays("watch", status(401, "Unauthorized"))
    with pytest.raises(errors.Unauthorized, match="does not accept"):
        read_on(connected())
    assert server.count("watch") == 2


def test_a_first_list_that_is_forbidden_does_not_open(server: ApiServer, connected: Connect) -> None:
    server.plays("list", status(403, 'User "bob" cannot list resource "pods" in API group "" in the namespace "shop"'))
    with pytest.raises(errors.Forbidden):
        connected().open_feed([PODS, EVENTS])
    assert watchers() == []


def test_nothing_new_within_the_time_is_said_so(server: ApiServer, connected: Connect) -> None:
    server.plays("list", listed(5))
    server.plays("watch", Stream())
    with connected().open_feed([PODS]) as feed:
        assert feed.wait(0.01) is False
        assert feed.wait(-1) is False


def test_objects_come_oldest_first(server: ApiServer, connected: Connect) -> None:
    young, old = pod("a", 5), pod("b", 5)
    young["metadata"]["creationTimestamp"] = "2026-01-02T00:00:00Z"
    old["metadata"]["creationTimestamp"] = "2026-01-01T00:00:00Z"
    server.plays("list", Reply(body={"metadata": {"resourceVersion": "5"}, "items": [young, old]}))
    server.plays("watch", Stream())
    with connected().open_feed([PODS]) as feed:
        assert names(feed) == ["b", "a"]


def test_closing_ends_a_silent_watch_at_once(server: ApiServer, connected: Connect) -> None:
    server.plays("list", listed(5))
    server.plays("watch", Stream((event("ADDED", pod("a", 6)),)))
    feed = connected().open_feed([PODS, EVENTS])
    wait_until(feed, ["a"])
    feed.close()
    assert watchers() == []
