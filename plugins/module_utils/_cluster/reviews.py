# SPDX-License-Identifier: GPL-3.0-or-later
"""What the API server says about ourselves: who we are to it, and what RBAC lets us do. Nothing is changed by asking."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._cluster.request import Request
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import Resource

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._cluster.api import Api

Json = dict[str, t.Any]

_RULES = Resource("authorization.k8s.io/v1", "selfsubjectrulesreviews", "SelfSubjectRulesReview")
_ACCESS = Resource("authorization.k8s.io/v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview")
_SELF = Resource("authentication.k8s.io/v1", "selfsubjectreviews", "SelfSubjectReview")


def rules(api: Api, namespace: str) -> list[Json]:
    """The rules that hold for us in the namespace. They may be incomplete: an authorizer beside RBAC need not list its own."""
    try:
        return _ask(api, _RULES, {"namespace": namespace}).get("resourceRules") or []
    except (errors.Forbidden, errors.NotFound):
        return []


def allowed(api: Api, verb: str, resource: Resource, namespace: str, name: str = "") -> bool:
    """Whether we may do this one thing; yes where the server does not tell, so that the request itself finds out."""
    plural, _slash, sub = resource.plural.partition("/")
    wanted = {
        "verb": verb,
        "group": resource.group,
        "resource": plural,
        "subresource": sub,
        "namespace": namespace,
        "name": name,
    }
    try:
        return bool(_ask(api, _ACCESS, {"resourceAttributes": wanted}).get("allowed"))
    except (errors.Forbidden, errors.NotFound):
        return True


def user(api: Api) -> str:
    """The user name that our credentials stand for; empty where the server (before 1.28) does not tell."""
    try:
        return str((_ask(api, _SELF, {}).get("userInfo") or {}).get("username") or "")
    except errors.RolloutError:
        return ""


def _ask(api: Api, review: Resource, spec: Json) -> Json:
    body = {"apiVersion": review.api_version, "kind": review.kind, "spec": spec}
    answer = api.json(Request("create", review, "", body=body))
    return answer.get("status") or {}
