# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.steady.rollout.plugins.module_utils._rollout import resources


def test_grouped_resources_live_under_apis() -> None:
    assert resources.DEPLOYMENT.path("shop", "app") == "/apis/apps/v1/namespaces/shop/deployments/app"


def test_core_resources_live_under_api() -> None:
    assert resources.POD.path("shop") == "/api/v1/namespaces/shop/pods"
