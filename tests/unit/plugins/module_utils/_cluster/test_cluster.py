# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import DEPLOYMENT, NAMESPACE, POD, Scope
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._cluster.api_server import (
    ApiServer,
    Nothing,
    Reply,
    Stream,
    listed,
    status,
)

Connect = t.Callable[..., t.Any]

OBJECT = Reply(body={"kind": "Deployment", "metadata": {"name": "app"}})
MISSING = status(
    404, 'deployments.apps "app" not found', details={"name": "app", "group": "apps", "kind": "deployments"}
)
NO_NAMESPACE = status(404, 'namespaces "shop" not found', details={"name": "shop", "kind": "namespaces"})


def test_nothing_is_sent_before_the_first_request(server: ApiServer, connected: Connect) -> None:
    cluster = connected()
    assert cluster.server == server.url.removeprefix("http://")
    assert server.seen == []


def test_an_object_is_read_from_its_path(server: ApiServer, connected: Connect) -> None:
    server.plays("get", OBJECT)
    assert connected().read(DEPLOYMENT, "shop", "app") == OBJECT.body
    assert server.requests("get")[0].path == "/apis/apps/v1/namespaces/shop/deployments/app"
    connected().read(NAMESPACE, "", "shop")
    assert server.requests("get")[1].path == "/api/v1/namespaces/shop"


def test_a_missing_object_is_told_from_a_missing_namespace(server: ApiServer, connected: Connect) -> None:
    server.plays("get", MISSING, OBJECT, MISSING, NO_NAMESPACE, MISSING, status(403, "no"))
    cluster = connected()
    with pytest.raises(errors.NotFound, match=r"^There is no Deployment shop/app\.$"):
        cluster.read(DEPLOYMENT, "shop", "app")
    with pytest.raises(errors.NotFound, match=r"^There is no namespace shop: make it first, or name another\.$"):
        cluster.read(DEPLOYMENT, "shop", "app")
    with pytest.raises(errors.NotFound, match=r"^There is no Deployment shop/app\.$"):
        cluster.read(DEPLOYMENT, "shop", "app")


def test_listed_objects_have_their_kind(server: ApiServer, connected: Connect) -> None:
    server.plays("list", listed(5, "a"))
    (found,) = connected().list(Scope(POD, "shop", labels="app=web", fields="spec.nodeName=n1"))
    assert (found["apiVersion"], found["kind"], found["metadata"]["name"]) == ("v1", "Pod", "a")
    query = {"labelSelector": "app=web", "fieldSelector": "spec.nodeName=n1", "limit": "500"}
    assert server.requests("list")[0].query == query


def page(place: str, *names: str) -> Reply:
    """One page of a list, and where the next one begins."""
    reply = listed(5, *names)
    reply.body["metadata"]["continue"] = place
    return reply


def test_a_long_list_comes_in_pages(server: ApiServer, connected: Connect) -> None:
    server.plays("list", page("second", "a", "b"), page("third", "c"), listed(5, "d"))
    assert [item["metadata"]["name"] for item in connected().list(Scope(POD, "shop"))] == ["a", "b", "c", "d"]
    assert [seen.query.get("continue") for seen in server.requests("list")] == [None, "second", "third"]


def test_a_list_whose_pages_are_too_old_is_listed_whole(server: ApiServer, connected: Connect) -> None:
    server.plays("list", page("second", "a"), status(410, "The provided continue parameter is too old"), listed(9, "b"))
    assert [item["metadata"]["name"] for item in connected().list(Scope(POD, "shop"))] == ["b"]
    assert server.requests("list")[2].query == {}


def test_a_list_that_is_refused_is_not_asked_for_in_another_way(server: ApiServer, connected: Connect) -> None:
    server.plays("list", status(400, "unable to parse the selector"))
    with pytest.raises(errors.Rejected, match="unable to parse"):
        connected().list(Scope(POD, "shop", labels="app"))
    assert server.count("list") == 1


def test_a_dry_run_says_so(server: ApiServer, connected: Connect) -> None:
    server.plays("patch", OBJECT)
    connected().patch(
        DEPLOYMENT, "shop", "app", {"spec": {}}, content_type="application/merge-patch+json", dry_run=True
    )
    (seen,) = server.requests("patch")
    assert seen.query == {"fieldManager": "steady.rollout", "dryRun": "All"}
    assert seen.header("Content-Type") == ["application/merge-patch+json"]


def test_apply_is_repeated_and_forces_only_when_told(server: ApiServer, connected: Connect) -> None:
    server.plays("patch", status(500, "etcdserver: request timed out"), OBJECT)
    connected().apply(DEPLOYMENT, "shop", "app", {"kind": "Deployment"})
    assert server.count("patch") == 2
    assert "force" not in server.requests("patch")[1].query
    assert server.requests("patch")[1].header("Content-Type") == ["application/apply-patch+yaml"]
    connected().apply(DEPLOYMENT, "shop", "app", {"kind": "Deployment"}, force=True)
    assert server.requests("patch")[2].query["force"] == "true"


def test_an_object_is_created_in_its_collection(server: ApiServer, connected: Connect) -> None:
    server.plays("create", status(409, "exists", reason="AlreadyExists"))
    with pytest.raises(errors.Conflict, match="Deployment shop/app exists already"):
        connected().create(DEPLOYMENT, "shop", {"metadata": {"name": "app"}})
    assert server.requests("create")[0].path == "/apis/apps/v1/namespaces/shop/deployments"


def test_creating_in_a_missing_namespace_names_it(server: ApiServer, connected: Connect) -> None:
    server.plays("create", NO_NAMESPACE)
    with pytest.raises(errors.NotFound, match=r"^There is no namespace shop: make it first, or name another\.$"):
        connected().create(DEPLOYMENT, "shop", {"metadata": {"name": "app"}})


def test_a_nameless_object_is_not_created_twice(server: ApiServer, connected: Connect) -> None:
    server.plays("create", status(500, "etcdserver: leader changed"))
    with pytest.raises(errors.Unreachable, match="not known whether"):
        connected().create(POD, "shop", {"metadata": {"generateName": "a-"}})
    assert server.count("create") == 1


def test_deleting_takes_the_uid_along(server: ApiServer, connected: Connect) -> None:
    server.plays("delete", Reply(body={"kind": "Status"}))
    connected().delete(POD, "shop", "a", uid="u1")
    assert server.requests("delete")[0].body["preconditions"] == {"uid": "u1"}


@pytest.mark.parametrize(
    "gone", [MISSING, status(409, "the UID in the precondition does not match", reason="Conflict")]
)
def test_what_is_gone_is_deleted(server: ApiServer, connected: Connect, gone: Reply) -> None:
    server.plays("delete", gone)
    connected().delete(POD, "shop", "a", uid="u1")


def test_deleting_without_a_uid_is_not_repeated(server: ApiServer, connected: Connect) -> None:
    server.plays("delete", status(500, "etcdserver: leader changed"))
    with pytest.raises(errors.Unreachable, match="not known whether"):
        connected().delete(POD, "shop", "a")


def test_the_last_lines_of_a_log(server: ApiServer, connected: Connect) -> None:
    server.plays("get", Reply(body="one\ntwo\n"))
    assert connected().logs("shop", "a", "web", previous=True, lines=2) == "one\ntwo"
    (seen,) = server.requests("get")
    assert seen.path == "/api/v1/namespaces/shop/pods/a/log"
    assert seen.query == {"container": "web", "tailLines": "2", "limitBytes": "65536", "previous": "true"}


@pytest.mark.parametrize(
    "answer", [status(400, "is waiting to start"), status(403, "no"), status(500, "dial tcp: i/o timeout"), Nothing()]
)
def test_a_log_that_cannot_be_had_is_empty_and_asked_for_once(
    server: ApiServer, connected: Connect, answer: t.Any
) -> None:
    server.plays("get", answer)
    assert connected().logs("shop", "a", "web") == ""
    assert server.count("get") == 1


def test_a_feed_is_opened_on_the_same_server(server: ApiServer, connected: Connect) -> None:
    server.plays("list", listed(5, "a"))
    server.plays("watch", Stream())
    with connected().open_feed([Scope(POD, "shop")]) as feed:
        assert len(feed.objects(Scope(POD, "shop"))) == 1


BUDGET = {"reason": "DisruptionBudget", "message": "The disruption budget app needs 2 healthy pods and has 2 currently"}
NO_ROOM = status(429, "Cannot evict pod as it would violate the pod's disruption budget.", details={"causes": [BUDGET]})


def test_an_eviction_is_asked_for_by_uid(server: ApiServer, connected: Connect) -> None:
    server.plays("create", OBJECT, OBJECT)
    assert connected().evict("shop", "app-1", uid="u1", grace_period=3)
    (asked,) = server.requests("create")
    assert asked.path == "/api/v1/namespaces/shop/pods/app-1/eviction"
    assert asked.body["kind"] == "Eviction"
    assert asked.body["deleteOptions"] == {"preconditions": {"uid": "u1"}, "gracePeriodSeconds": 3}
    connected().evict("shop", "app-1", uid="u1")
    assert "gracePeriodSeconds" not in server.requests("create")[1].body["deleteOptions"]


def test_a_pod_that_is_gone_or_another_by_now_needs_no_eviction(server: ApiServer, connected: Connect) -> None:
    gone = status(404, 'pods "app-1" not found', details={"name": "app-1", "kind": "pods"})
    server.plays("create", gone, status(409, "the UID in the precondition does not match"))
    assert not connected().evict("shop", "app-1", uid="u1")
    assert not connected().evict("shop", "app-1", uid="u1")


def test_a_disruption_budget_is_told_from_a_server_that_is_busy(server: ApiServer, connected: Connect) -> None:
    server.plays("create", status(429, "too many requests"), NO_ROOM)
    with pytest.raises(errors.BudgetExhausted, match="app needs 2 healthy pods and has 2 currently"):
        connected().evict("shop", "app-1", uid="u1")
    assert len(server.requests("create")) == 2
