# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import threading
import typing as t
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.steady.rollout.plugins.module_utils._cluster import shared
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, selectors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import (
    DEPLOYMENT,
    EVENT,
    POD,
    REPLICA_SET,
    Resource,
    Scope,
)
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._cluster.api_server import (
    ApiServer,
    Reply,
    Stream,
    event,
    listed,
    pod,
    status,
)

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._cluster.feed import LiveFeed

Json = dict[str, t.Any]
Connect = t.Callable[..., t.Any]

WARNINGS = Scope(EVENT, "shop", fields="type=Warning")
SELECTORS = ("app=web", "app=db,tier=x", "tier in (x,y),app", "!app", "app!=web")


class Still(shared.Streams):
    """Streams without a server: the test itself writes what a watcher would."""

    def __init__(self) -> None:
        super().__init__(t.cast(t.Any, None))

    def _stream(self, scope: Scope) -> shared.Stream:
        if scope not in self._streams:
            self._streams[scope] = shared.Stream(self._changed)
            self._streams[scope].listed = True
        return self._streams[scope]

    def change(self, scope: Scope, kind: str, item: Json) -> None:
        self._stream(scope).change(scope, kind, item)


def labelled(name: str, version: int, labels: dict[str, str], uid: str = "") -> Json:
    made = pod(name, version)
    made["metadata"].update(labels=labels, uid=uid or f"uid-{name}")
    return made


def warning(name: str, version: int, uid: str) -> Json:
    return pod(name, version, involvedObject={"uid": uid})


def names(feed: LiveFeed, scope: Scope) -> list[str]:
    return [item["metadata"]["name"] for item in feed.objects(scope)]


def looked(feed: LiveFeed) -> LiveFeed:
    feed.wait(0)
    return feed


# what a feed sees

NAMES = st.sampled_from(["a", "b", "c"])
LABELS = st.dictionaries(st.sampled_from(["app", "tier"]), st.sampled_from(["web", "db", "x", "y"]))
HAPPENINGS = st.one_of(
    st.tuples(st.just("put"), NAMES, LABELS, st.sampled_from(["1", "2"])),
    st.tuples(st.just("delete"), NAMES),
    st.tuples(st.just("relist"), st.dictionaries(NAMES, LABELS)),
    st.tuples(st.just("event"), NAMES, NAMES, st.sampled_from(["1", "2"])),
    st.tuples(st.just("forget event"), NAMES),
    st.tuples(st.just("open"), st.sampled_from(SELECTORS)),
    st.tuples(st.just("close"), st.integers(0, 3)),
)


@given(st.lists(HAPPENINGS, max_size=25))
def test_a_feed_sees_what_the_server_would_have_shown_to_it_alone(happenings: list[tuple[t.Any, ...]]) -> None:
    streams = Still()
    wide, events_of_all = Scope(POD, "shop"), streams._stream(WARNINGS)
    pods: dict[str, Json] = {}
    warnings: dict[str, Json] = {}
    open_feeds: list[tuple[Scope, LiveFeed, set[str]]] = []
    for version, (what, *more) in enumerate(happenings, 1):
        if what == "put":
            pods[more[0]] = labelled(more[0], version, more[1], f"{more[0]}{more[2]}")
            streams.change(wide, "MODIFIED", dict(pods[more[0]]))
        elif what == "delete" and more[0] in pods:
            streams.change(wide, "DELETED", pods.pop(more[0]))
        elif what == "relist":
            pods = {name: labelled(name, version, labels, f"{name}1") for name, labels in more[0].items()}
            streams._stream(wide).replace(wide, list(pods.values()))
        elif what == "event":
            warnings[more[0]] = warning(more[0], version, f"{more[1]}{more[2]}")
            events_of_all.change(WARNINGS, "ADDED", warnings[more[0]])
        elif what == "forget event" and more[0] in warnings:
            events_of_all.change(WARNINGS, "DELETED", warnings.pop(more[0]))
        elif what == "open":
            scope = Scope(POD, "shop", labels=more[0])
            open_feeds.append((scope, streams.open([scope, WARNINGS]), set()))
        elif what == "close" and more[0] < len(open_feeds):
            open_feeds.pop(more[0])[1].close()
        for scope, feed, known in open_feeds:
            mine = {
                name: item
                for name, item in pods.items()
                if selectors.parse(scope.labels).selects(item["metadata"]["labels"])
            }
            known |= {item["metadata"]["uid"] for item in mine.values()}
            told = {name for name, item in warnings.items() if item["involvedObject"]["uid"] in known}
            assert set(names(looked(feed), scope)) == set(mine)
            assert all(item in mine.values() for item in feed.objects(scope))
            assert set(names(feed, WARNINGS)) == told
    for _scope, feed, _known in open_feeds:
        feed.close()
    assert all(not stream._readers and not stream._interests for stream in streams._streams.values())


def test_a_change_of_another_workload_wakes_nobody() -> None:
    streams, web = Still(), Scope(POD, "shop", labels="app=web")
    feed = streams.open([web, WARNINGS])
    streams.change(Scope(POD, "shop"), "ADDED", labelled("b", 1, {"app": "db"}))
    streams.change(WARNINGS, "ADDED", warning("b.1", 2, "uid-b"))
    assert feed.wait(0) is False
    streams.change(Scope(POD, "shop"), "ADDED", labelled("a", 3, {"app": "web"}))
    assert feed.wait(0) is True


def test_a_relist_is_seen_at_once_or_not_yet() -> None:
    streams, web = Still(), Scope(POD, "shop", labels="app=web")
    feed = streams.open([web])
    seen: list[list[str]] = []
    take = feed._board.take

    def watched(changes: t.Any) -> None:
        take(changes)
        seen.append(names(looked(feed), web))

    feed._board.take = watched  # type: ignore[method-assign]
    streams._stream(Scope(POD, "shop")).replace(
        web, [labelled("a", 1, {"app": "web"}), labelled("b", 1, {"app": "web"})]
    )
    streams._stream(Scope(POD, "shop")).replace(web, [labelled("c", 2, {"app": "web"})])
    assert seen == [["a", "b"], ["c"]]


def test_a_workload_is_found_by_its_name() -> None:
    streams, app = Still(), Scope(DEPLOYMENT, "shop", fields="metadata.name=app")
    other = Scope(DEPLOYMENT, "shop", fields="metadata.name=other")
    feeds = [streams.open([scope]) for scope in (app, other)]
    assert list(streams._streams) == [Scope(DEPLOYMENT, "shop")]
    streams.change(Scope(DEPLOYMENT, "shop"), "ADDED", labelled("app", 1, {}))
    assert names(looked(feeds[0]), app) == ["app"]
    assert looked(feeds[1]).objects(other) == []


def having_managers(name: str) -> Json:
    made = labelled(name, 6, {})
    made["metadata"]["managedFields"] = [{"manager": "kubectl"}]
    return made


def test_what_was_written_is_there_for_a_feed_that_opens_after_it() -> None:
    streams, wide = Still(), Scope(POD, "shop")
    streams.change(wide, "ADDED", labelled("a", 5, {"app": "web"}))
    streams.written(POD, labelled("a", 7, {"app": "web"}))
    feed = streams.open([wide])
    assert version(feed, wide) == "7"
    streams.change(wide, "MODIFIED", labelled("a", 6, {"app": "web"}))
    assert (feed.wait(0), version(feed, wide)) == (False, "7")
    streams._stream(wide).replace(wide, [labelled("a", 6, {"app": "web"})])
    assert (feed.wait(0), version(feed, wide)) == (False, "7")
    streams.change(wide, "MODIFIED", labelled("a", 8, {"app": "web"}))
    assert (feed.wait(0), version(feed, wide)) == (True, "8")


def test_what_the_streams_show_is_there_without_a_feed() -> None:
    streams = Still()
    streams.change(Scope(DEPLOYMENT, "shop"), "ADDED", labelled("web", 1, {"app": "web"}))
    streams.change(Scope(DEPLOYMENT, "shop"), "ADDED", labelled("db", 2, {"app": "db"}))
    for scope in (Scope(DEPLOYMENT, "shop", fields="metadata.name=web"), Scope(DEPLOYMENT, "shop", labels="app=web")):
        assert [item["metadata"]["name"] for item in streams.seen(scope) or ()] == ["web"]
    assert streams.seen(Scope(DEPLOYMENT, "shop", fields="metadata.name=ghost")) == []
    assert streams._stream(Scope(DEPLOYMENT, "shop"))._interests == {}


def test_a_stream_in_trouble_does_not_say_what_is_there() -> None:
    streams = Still()
    streams._stream(Scope(POD, "shop")).trouble(Scope(POD, "shop"), "connection refused")
    assert streams.seen(Scope(POD, "shop")) is None
    streams.stop(errors.Interrupted("Stopped."))
    with pytest.raises(errors.Interrupted):
        streams.seen(Scope(POD, "shop"))


def test_an_object_that_was_made_again_is_never_outdated() -> None:
    """A cluster that was restored from a backup counts from an earlier version."""
    streams, wide = Still(), Scope(POD, "shop")
    streams.change(wide, "ADDED", labelled("a", 9, {}, "old"))
    streams.change(wide, "ADDED", labelled("a", 3, {}, "new"))
    assert version(streams.open([wide]), wide) == "3"


def version(feed: LiveFeed, scope: Scope) -> str:
    return str(feed.objects(scope)[0]["metadata"]["resourceVersion"])


def test_an_object_that_no_label_tells_is_left_to_the_server() -> None:
    """One custom resource by its name is no reason to read all of them."""
    one = Scope(REPLICA_SET, "shop", fields="metadata.name=app-1")
    assert shared.carrier(one) == one
    assert shared.carrier(Scope(POD, "shop", labels="app=web")) == Scope(POD, "shop")


def test_what_a_feed_costs_does_not_depend_on_the_others() -> None:
    """Of a thousand workloads in one namespace, a pod's change asks the interests of its own workload only."""
    streams, asked = Still(), 0
    wide = Scope(POD, "shop")
    for number in range(1000):
        streams.change(wide, "ADDED", labelled(f"p{number}", number, {"app": f"a{number}", "tier": "web"}))
    scopes = [Scope(POD, "shop", labels=f"app=a{number},tier=web") for number in range(1000)]
    takes = shared.Interest.takes

    def counted(interest: shared.Interest, item: Json) -> bool:
        nonlocal asked
        asked += 1
        return takes(interest, item)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shared.Interest, "takes", counted)
        feeds = [streams.open([scope, WARNINGS]) for scope in scopes]
        assert names(feeds[7], scopes[7]) == ["p7"]
        assert asked == 1000
        streams.change(wide, "MODIFIED", labelled("p7", 2000, {"app": "a7", "tier": "web"}))
        assert asked == 1002


# how it gets there


def test_many_feeds_share_one_list_and_one_watch(server: ApiServer, connected: Connect) -> None:
    server.plays("list", listed(5))
    told = (event("ADDED", labelled("a", 6, {"app": "web"})), event("ADDED", labelled("b", 7, {"app": "db"})))
    server.plays("watch", Stream(told))
    web, db = (Scope(POD, "shop", labels=f"app={name}") for name in ("web", "db"))
    with sharing(connected()) as cluster:
        feeds = {scope: cluster.open_feed([scope]) for scope in (web, db)}
        for scope, name in ((web, "a"), (db, "b")):
            while names(feeds[scope], scope) != [name]:
                assert feeds[scope].wait(5)
        feeds[web].close()
        assert watching() == ["watch pods"]
    assert (server.count("list"), server.count("watch")) == (1, 1)
    assert "labelSelector" not in server.requests("list")[0].query
    assert watching() == []


@pytest.mark.parametrize(("resource", "kept"), [(POD, False), (DEPLOYMENT, True)])
def test_who_wrote_its_fields_is_kept_of_a_workload_alone(
    server: ApiServer, connected: Connect, resource: Resource, kept: bool
) -> None:
    made = {name: having_managers(name) for name in ("a", "b", "c")}
    server.plays("list", Reply(body={"metadata": {"resourceVersion": "5"}, "items": [made["a"]]}))
    server.plays("watch", Stream((event("ADDED", made["b"]),)))
    scope = Scope(resource, "shop")
    with sharing(connected()) as cluster:
        feed = cluster.open_feed([scope])
        cluster._streams.written(resource, made["c"])
        while len(feed.objects(scope)) < 3:
            assert feed.wait(5)
        assert ["managedFields" in item["metadata"] for item in feed.objects(scope)] == [kept] * 3


@contextmanager
def sharing(cluster: t.Any) -> t.Iterator[t.Any]:
    with cluster.shared():
        yield cluster


def watching() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("watch ")]


def test_feeds_that_open_at_once_wait_for_the_same_list(server: ApiServer, connected: Connect) -> None:
    server.plays("list", status(503, "starting"), listed(5, "a"))
    server.plays("watch", Stream())
    # The server is known to be one: what it says now is trouble that passes.
    cluster = connected()
    server.plays("get", Reply(body={"kind": "Namespace"}))
    cluster.read(POD, "shop", "a")
    with cluster.shared(), ThreadPoolExecutor(8) as threads:
        feeds = list(threads.map(lambda _number: cluster.open_feed([Scope(POD, "shop")]), range(8)))
        assert [names(feed, Scope(POD, "shop")) for feed in feeds] == [["a"]] * 8
    assert server.count("list") == 2


def test_a_final_answer_ends_the_feeds_of_its_stream_and_no_other(server: ApiServer, connected: Connect) -> None:
    message = 'pods is forbidden: User "bob" cannot watch resource "pods" in API group "" in the namespace "shop"'
    server.plays("list", listed(5))
    server.plays("watch", status(403, message))
    with sharing(connected()) as cluster:
        with pytest.raises(errors.Forbidden):
            endless(cluster.open_feed([Scope(POD, "shop")]))
        with pytest.raises(errors.Forbidden):
            cluster.open_feed([Scope(POD, "shop", labels="app=web")])
        server.plays("watch", Stream())
        assert cluster.open_feed([Scope(POD, "other")]).wait(0) is False


def endless(feed: LiveFeed) -> t.NoReturn:
    while True:
        feed.wait(5)


def test_a_server_that_was_away_for_the_first_list_is_asked_again_by_the_next_feed(
    server: ApiServer, connected: Connect
) -> None:
    server.plays("get", Reply(body={"kind": "Deployment"}))
    server.plays("list", status(503, "starting"))
    server.plays("watch", Stream())
    cluster = connected(patience=0.0)
    cluster.read(DEPLOYMENT, "shop", "app")
    with cluster.shared():
        with pytest.raises(errors.Unreachable, match="503 starting"):
            cluster.open_feed([Scope(POD, "shop", labels="app=web")])
        server.plays("list", listed(5))
        with cluster.open_feed([Scope(POD, "shop", labels="app=web")]) as feed:
            assert names(feed, Scope(POD, "shop", labels="app=web")) == []


def test_trouble_of_a_stream_is_told_to_each_feed(server: ApiServer, connected: Connect) -> None:
    server.plays("list", listed(5))
    server.plays("watch", status(503, "starting"))
    with sharing(connected()) as cluster:
        feeds = [cluster.open_feed([Scope(POD, "shop", labels=f"app={name}")]) for name in ("web", "db")]
        for feed in feeds:
            while not feed.trouble():
                feed.wait(5)
        assert "503 starting" in cluster.open_feed([Scope(POD, "shop")]).trouble()
        server.plays("watch", Stream())
        for feed in feeds:
            while feed.trouble():
                feed.wait(5)


def test_stopping_ends_every_look_and_every_opening(server: ApiServer, connected: Connect) -> None:
    server.plays("list", listed(5))
    server.plays("watch", Stream())
    with sharing(connected()) as cluster:
        feed = cluster.open_feed([Scope(POD, "shop")])
        with ThreadPoolExecutor(1) as threads:
            waiting = threads.submit(feed.wait, 60)
            cluster.stop(errors.Interrupted("enough"))
            assert isinstance(waiting.exception(5), errors.Interrupted)
        with pytest.raises(errors.Interrupted):
            cluster.open_feed([Scope(POD, "other")])


def test_after_a_stop_nothing_is_written_but_what_clears_up(server: ApiServer, connected: Connect) -> None:
    server.plays("delete", Reply())
    cluster = connected()
    cluster.stop(errors.Interrupted("enough"))
    for write in (
        lambda: cluster.patch(POD, "shop", "a", {}, content_type="application/merge-patch+json"),
        lambda: cluster.apply(POD, "shop", "a", {}),
        lambda: cluster.create(POD, "shop", pod("a", 1)),
    ):
        with pytest.raises(errors.Interrupted):
            write()
    cluster.delete(POD, "shop", "a")
    assert [seen.verb for seen in server.seen] == ["delete"]
