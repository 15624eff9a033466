# SPDX-License-Identifier: GPL-3.0-or-later
"""A kubeconfig for a ServiceAccount, with a token that soon ends; a new one only when the one that is there does not do any more."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, moments, objects, resources, tokens

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Cluster, KnownCluster
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.tokens import Claims

Json = dict[str, t.Any]

_LEEWAY = 60.0
"""Seconds by which the clocks of the controller and of the API server may differ."""


@dataclass(frozen=True)
class Wanted:
    """Whose kubeconfig, how long its token lives, and with how little left it is renewed, both in seconds."""

    namespace: str
    name: str
    lifetime: float
    renew_before: float


@dataclass(frozen=True)
class Issued:
    """Why a new one was needed, empty when none was; its text; and when its token ends and that of the one before did, since 1970."""

    why: str
    expires: float | None
    before: float | None
    text: str = field(default="", repr=False)


def issue(cluster: KnownCluster, wanted: Wanted, present: str | None, now: str, *, dry_run: bool) -> Issued:
    """The kubeconfig that is to be there instead of ``present``. Raises Refused when that is somebody else's, NotFound, Forbidden."""
    carried, endpoint = _own(wanted, present), cluster.endpoint
    uid = _uid(cluster, wanted, dry_run=dry_run)
    before = carried[1].expires if carried else None
    why = _why(carried, endpoint, uid, wanted, moments.seconds_of(now) or 0.0)
    if not why:
        return Issued("", before, before)
    if dry_run:
        return Issued(why, None, before)
    token = _token(cluster, wanted)
    given = tokens.claims(token)
    text = tokens.kubeconfig(endpoint, wanted.namespace, wanted.name, token)
    return Issued(why, given.expires if given else None, before, text)


def _own(wanted: Wanted, present: str | None) -> tuple[Json, Claims] | None:
    if present is None:
        return None
    carried = tokens.carried(present)
    if carried is None or (carried[1].namespace, carried[1].name) != (wanted.namespace, wanted.name):
        raise errors.Refused(
            f"path names a file that is no kubeconfig of ServiceAccount {wanted.namespace}/{wanted.name} made here: "
            "choose another path, or remove that file. Nothing was changed."
        )
    return carried


def _uid(cluster: Cluster, wanted: Wanted, *, dry_run: bool) -> str:
    """The account's UID; empty when it is not there yet and nothing is to be made."""
    try:
        account = cluster.read(resources.SERVICE_ACCOUNT, wanted.namespace, wanted.name)
    except errors.NotFound:
        if dry_run:
            return ""
        raise
    return str(objects.metadata(account)["uid"])


def _why(carried: tuple[Json, Claims] | None, endpoint: Json, uid: str, wanted: Wanted, now: float) -> str:
    if carried is None:
        return "there was none"
    cluster, claims = carried
    left = claims.expires - now
    if cluster != endpoint:
        return "the API server's address or CA is another one"
    if claims.uid != uid:
        return "the ServiceAccount is not the one that it was made for"
    if left <= 0:
        return "its token had expired"
    if left <= wanted.renew_before:
        return "its token was about to expire"
    if left > wanted.lifetime + _LEEWAY:
        return "its token would have lived longer than asked for now"
    return ""


def _token(cluster: Cluster, wanted: Wanted) -> str:
    request = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {"expirationSeconds": int(wanted.lifetime)},
    }
    resource = resources.Resource("v1", f"serviceaccounts/{wanted.name}/token", "TokenRequest")
    return str(cluster.create(resource, wanted.namespace, request)["status"]["token"])
