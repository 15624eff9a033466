# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import DEPLOYMENT, POD_LOG
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._cluster.api_server import (
    ApiServer,
    Nothing,
    Reply,
    status,
)

Connect = t.Callable[..., t.Any]

DENIED = status(403, 'selfsubjectrulesreviews.authorization.k8s.io is forbidden: User "u" cannot create resource "x"')


def test_what_rbac_allows_can_be_asked(server: ApiServer, connected: Connect) -> None:
    server.plays("create", Reply(201, {"status": {"allowed": True}}), Reply(201, {"status": {"allowed": False}}))
    assert connected().can_i("patch", DEPLOYMENT, "shop", "app") is True
    assert connected().can_i("get", POD_LOG, "shop") is False
    first, second = (seen.body["spec"]["resourceAttributes"] for seen in server.requests("create"))
    assert (first["verb"], first["group"], first["resource"], first["name"]) == ("patch", "apps", "deployments", "app")
    assert (second["group"], second["resource"], second["subresource"]) == ("", "pods", "log")


def test_the_rules_of_a_namespace_are_listed(server: ApiServer, connected: Connect) -> None:
    rule = {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get"]}
    server.plays("create", Reply(201, {"status": {"resourceRules": [rule]}}))
    assert connected().rules("shop") == [rule]
    assert server.requests("create")[0].body["spec"] == {"namespace": "shop"}


def test_the_user_is_named(server: ApiServer, connected: Connect) -> None:
    server.plays("create", Reply(201, {"status": {"userInfo": {"username": "ada"}}}))
    assert connected().user() == "ada"


def test_a_review_is_asked_again_after_a_cut(server: ApiServer, connected: Connect) -> None:
    """Asking changes nothing, so an answer that was lost does no harm."""
    cluster = connected()
    server.plays("create", Reply(201, {"status": {}}), Nothing(), Reply(201, {"status": {"allowed": True}}))
    cluster.rules("shop")
    assert cluster.can_i("patch", DEPLOYMENT, "shop") is True


@pytest.mark.parametrize("answer", [DENIED, status(404, "the server could not find the requested resource")])
def test_a_server_that_does_not_tell_leaves_it_to_the_request_itself(
    server: ApiServer, connected: Connect, answer: Reply
) -> None:
    server.plays("create", answer, answer, answer)
    cluster = connected()
    assert cluster.rules("shop") == []
    assert cluster.can_i("patch", DEPLOYMENT, "shop") is True
    assert cluster.user() == ""
