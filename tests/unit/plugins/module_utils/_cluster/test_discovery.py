# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import Resource
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._cluster.api_server import (
    ApiServer,
    Reply,
    status,
)

SERVED = Reply(
    body={
        "kind": "APIResourceList",
        "resources": [
            {"name": "databases/status", "kind": "Database", "namespaced": True},
            {"name": "databases", "kind": "Database", "namespaced": True},
            {"name": "regions", "kind": "Region", "namespaced": False},
        ],
    }
)


def test_a_kind_is_found_where_the_server_keeps_it(server: ApiServer, connected: t.Callable[..., t.Any]) -> None:
    server.plays("get", SERVED, SERVED)
    cluster = connected()
    assert cluster.find("shop.lab/v1", "Database") == (Resource("shop.lab/v1", "databases", "Database"), True)
    assert cluster.find("shop.lab/v1", "Region") == (Resource("shop.lab/v1", "regions", "Region"), False)
    assert server.requests("get")[0].path == "/apis/shop.lab/v1/"


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (SERVED, "database", "api_version shop.lab/v1 has no kind database; write Database."),
        (SERVED, "Pod", "api_version shop.lab/v1 has no kind Pod; see: kubectl api-resources"),
        (status(404, "the server could not find the requested resource"), "Pod", "serves no api_version shop.lab/v1"),
    ],
)
def test_a_kind_that_is_not_served_says_what_may_be_meant(
    server: ApiServer, connected: t.Callable[..., t.Any], reply: Reply, kind: str, words: str
) -> None:
    server.plays("get", reply)
    with pytest.raises(errors.NotFound, match=words):
        connected().find("shop.lab/v1", kind)
