# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._cluster.request import Request, listing, watching
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import DEPLOYMENT, NAMESPACE, POD, Scope


def test_paths_follow_the_scope() -> None:
    assert Request("get", POD, "shop", "a").path == "/api/v1/namespaces/shop/pods/a"
    assert Request("get", POD, "shop", "a", sub="log").path == "/api/v1/namespaces/shop/pods/a/log"
    assert Request("get", NAMESPACE, "", "shop").path == "/api/v1/namespaces/shop"
    assert Request("create", DEPLOYMENT, "shop", "app").path == "/apis/apps/v1/namespaces/shop/deployments"
    eviction = Request("create", DEPLOYMENT, "shop", "app", sub="eviction")
    assert eviction.path == "/apis/apps/v1/namespaces/shop/deployments/app/eviction"
    assert eviction.asked == "create eviction of Deployment shop/app"
    assert listing(Scope(POD, "")).path == "/api/v1/pods"


def test_requests_are_named_for_people() -> None:
    assert Request("patch", DEPLOYMENT, "shop", "app").asked == "patch Deployment shop/app"
    assert Request("get", NAMESPACE, "", "shop").asked == "get Namespace shop"
    assert listing(Scope(POD, "shop")).asked == "list pods in shop"
    assert listing(Scope(POD, "")).asked == "list pods"


@pytest.mark.parametrize("name", ["App", "a/scale", "..", "a?b", "-a", "a_b", "ü"])
def test_what_cannot_be_a_name_never_reaches_the_server(name: str) -> None:
    with pytest.raises(errors.InvalidInput, match="cannot be one in Kubernetes"):
        Request("get", DEPLOYMENT, "shop", name)
    with pytest.raises(errors.InvalidInput, match="The namespace"):
        Request("get", DEPLOYMENT, name, "app")


def test_a_watch_asks_for_bookmarks_and_an_end() -> None:
    query = dict(watching(Scope(POD, "shop", labels="a=b"), "5", 0.2).query)
    assert query == {
        "watch": "1",
        "allowWatchBookmarks": "true",
        "resourceVersion": "5",
        "timeoutSeconds": "1",
        "labelSelector": "a=b",
    }
