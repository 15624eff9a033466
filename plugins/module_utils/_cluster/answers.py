# SPDX-License-Identifier: GPL-3.0-or-later
"""What the API server's refusals mean: a ``Status`` in, an exception out."""

from __future__ import annotations

import json
import re
import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._cluster.request import Request
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import Resource

Json = dict[str, t.Any]

_RBAC = re.compile(
    r'User "(?P<user>[^"]*)" cannot (?P<verb>\S+) (?:resource|path) "(?P<resource>[^"]*)"'
    r'(?: in API group "(?P<group>[^"]*)")?'
    r'(?: in the namespace "(?P<namespace>[^"]*)")?'
)
_WHOLE_OBJECT = re.compile(r'Invalid value: "(?:[^"\\]|\\.){200,}": ')
"""The server quotes the whole object where it cannot decode a patch, environment and all."""

_NO_WORDS = "the server rejected our request due to an error in our request"
_PASSING = re.compile(
    r"etcdserver: |rpc error: |failed calling .*webhook|connection re(?:fused|set)|deadline exceeded|timed? ?out"
)
_UNDONE = re.compile(r"failed calling .*webhook")
_PASSING_REASONS = frozenset(("InternalError", "ServerTimeout", "Timeout", "ServiceUnavailable"))

_MANAGER = re.compile(r'conflict with "([^"]*)"')


class Passing(Exception):
    """Trouble that may pass. ``unclear`` when the request may have been carried out all the same."""

    def __init__(self, text: str, *, unclear: bool, after: float = 0.0) -> None:
        super().__init__(text)
        self.text = text
        self.unclear = unclear
        self.after = after
        """Seconds that the server asked to be left alone."""


class Expired(Exception):
    """410: the resource version is too old to watch from; list again."""


def parse(body: bytes) -> Json:
    """The body as a JSON object; empty when it is none."""
    try:
        content = json.loads(body)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def items(resource: Resource, answer: Json) -> list[Json]:
    """The objects of a list; within one they lack their kind, which a watch gives them."""
    kind = {"apiVersion": resource.api_version, "kind": resource.kind}
    return [{**kind, **item} for item in answer.get("items") or []]


def failure(request: Request, code: int, body: bytes, headers: t.Mapping[str, str]) -> Exception:
    """The exception for an HTTP answer that is no success."""
    status = parse(body)
    if not status.get("message"):
        words = " ".join(body[:200].decode(errors="replace").split())
        status = {**status, "message": words or f"HTTP {code} without a word"}
    return from_status(request, code, status, _seconds(headers.get("Retry-After")))


def from_status(request: Request, code: int, status: Json, after: float | None = None) -> Exception:
    """The exception for a ``Status`` object, from an answer or from within a watch."""
    message = _WHOLE_OBJECT.sub("", str(status.get("message", "")).strip())
    details = status.get("details") or {}
    if after is None:
        after = float(details.get("retryAfterSeconds") or (1 if code == 429 else 0))
    if code == 410 or _too_new(details):
        return Expired(message)
    if code == 429 and (words := _budgets(details)):
        return errors.BudgetExhausted(words)
    if code == 429:
        return Passing(f"too many requests: {message}", unclear=False, after=after)
    if code >= 500 and _may_pass(request, code, message, str(status.get("reason", ""))):
        return Passing(f"{code} {message}", unclear=not _refused_before_it_was_done(code, message), after=after)
    if code == 401:
        return errors.Unauthorized(message)
    if code == 403:
        return _forbidden(request, message)
    if code == 404:
        return errors.NotFound(_not_found(request, message, details))
    if code == 409 or _is_failed_test(request, code, message):
        return errors.Conflict(_conflict(request, message, status, details), managers=_managers(details))
    if 300 <= code < 400:
        return errors.Unreachable(
            f"The answer to {request.asked} was a redirect ({code}): this is not the API server's own address;"
            " kubectl cluster-info shows that."
        )
    if "HTTP request to an HTTPS server" in message:
        return errors.Unreachable("The API server speaks HTTPS: write https:// in its address.")
    return errors.Rejected(f"The API server refused to {request.asked}: {message}")


def _may_pass(request: Request, code: int, message: str, reason: str) -> bool:
    """A bare 500 to a write may be etcd's trouble, or server-side apply that does not know a field: only words tell."""
    return code != 500 or request.reads or reason in _PASSING_REASONS or bool(_PASSING.search(message))


def _is_failed_test(request: Request, code: int, message: str) -> bool:
    """A JSON patch whose ``test`` of the version fails is answered 422 without saying so."""
    return code == 422 and message == _NO_WORDS and "json-patch" in request.content_type and request.repeatable


def _seconds(value: str | None) -> float | None:
    return float(value) if value and value.isdigit() else None


def _too_new(details: Json) -> bool:
    """After a restore of etcd the server has not reached our version yet and may never do so."""
    return any(cause.get("reason") == "ResourceVersionTooLarge" for cause in details.get("causes") or [])


def _refused_before_it_was_done(code: int, message: str) -> bool:
    return code == 503 or bool(_UNDONE.search(message))


def _forbidden(request: Request, message: str) -> Exception:
    denied = _RBAC.search(message)
    if not denied:
        # Quota, Pod Security and admission webhooks answer 403, too.
        return errors.Rejected(f"The API server refused to {request.asked}: {message}")
    user, verb, plural = denied["user"], denied["verb"], denied["resource"]
    group = denied["group"] or ""
    where = f"in namespace {denied['namespace']}" if denied["namespace"] else "in the whole cluster"
    text = f"RBAC does not allow {user} to {verb} {plural} {where}."
    if user == "system:anonymous":
        return errors.Forbidden(
            f"{text} No credentials were sent, or none of a kind that the API server takes: give a kubeconfig, or host and api_key."
        )
    return errors.Forbidden(f'{text} Grant it: apiGroups ["{group}"], resources ["{plural}"], verbs ["{verb}"].')


def _not_found(request: Request, message: str, details: Json) -> str:
    if details.get("kind") == "namespaces" and details.get("name") == request.namespace:
        return f"There is no namespace {request.namespace}: make it first, or name another."
    if request.name and details.get("name"):
        return f"There is no {request.what}."
    if request.name and details.get("kind"):
        return f"Cannot {request.asked}: {message}."
    return f"The API server does not know {request.resource.api_version} {request.resource.plural}: {message}"


def _budgets(details: Json) -> str:
    """What disruption budgets say to an eviction; empty when the 429 is none of theirs."""
    causes = (cause for cause in details.get("causes") or [] if cause.get("reason") == "DisruptionBudget")
    return " ".join(str(cause.get("message", "")) for cause in causes)


def _managers(details: Json) -> tuple[str, ...]:
    """The field managers that an apply met: ``conflict with "kubectl-edit" using apps/v1``."""
    found = (_MANAGER.search(str(cause.get("message", ""))) for cause in details.get("causes") or [])
    return tuple(sorted({manager[1] for manager in found if manager}))


def _conflict(request: Request, message: str, status: Json, details: Json) -> str:
    owned = [cause for cause in details.get("causes") or [] if cause.get("reason") == "FieldManagerConflict"]
    if owned:
        claims = "; ".join(f"{cause.get('field')}: {cause.get('message')}" for cause in owned)
        return (
            f"Other field managers own fields of {request.what} ({claims}). "
            "Leave those fields out of the definition, or take them over with force_conflicts: true."
        )
    if status.get("reason") == "AlreadyExists":
        return f"{request.what} exists already."
    return f"{request.what} was changed by somebody else in the meantime: {message}"
