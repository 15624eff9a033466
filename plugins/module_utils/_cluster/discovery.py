# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the API server keeps a kind that only its users know."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._cluster.request import Request
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import Resource

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._cluster.api import Api


def find(api: Api, api_version: str, kind: str) -> tuple[Resource, bool]:
    """The resource of that kind, and whether its objects are in namespaces. Raises NotFound, which names kinds that are alike."""
    try:
        served = api.json(Request("get", Resource(api_version, "", kind), "")).get("resources") or []
    except errors.NotFound:
        raise errors.NotFound(
            f"The cluster serves no api_version {api_version} (see: kubectl api-versions); is its CustomResourceDefinition there?"
        ) from None
    known = {item["kind"]: item for item in served if "/" not in item["name"]}
    if kind in known:
        return Resource(api_version, known[kind]["name"], kind), bool(known[kind].get("namespaced"))
    alike = next((name for name in known if name.lower() == kind.lower()), "")
    hint = f"write {alike}" if alike else f"see: kubectl api-resources | grep {api_version}"
    raise errors.NotFound(f"api_version {api_version} has no kind {kind}; {hint}.")
