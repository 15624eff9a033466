# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens of ServiceAccounts, as the API server issues them (JSON Web Tokens), and the kubeconfigs that carry them."""

from __future__ import annotations

import base64
import json
import typing as t
from dataclasses import dataclass

Json = dict[str, t.Any]

SHORTEST = 600.0
"""Seconds of life that the API server gives a token at least."""


@dataclass(frozen=True)
class Claims:
    """Whose token it is, and when it begins and ends, in seconds since 1970."""

    namespace: str
    name: str
    uid: str
    issued: float
    expires: float


def claims(token: str) -> Claims | None:
    """What the token says of itself, unchecked; None when it is not of a ServiceAccount."""
    try:
        body = token.split(".")[1]
        said = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        account, bound = said["kubernetes.io"], said["kubernetes.io"]["serviceaccount"]
        return Claims(account["namespace"], bound["name"], bound["uid"], float(said["iat"]), float(said["exp"]))
    except (IndexError, KeyError, TypeError, ValueError):
        return None


def kubeconfig(cluster: Json, namespace: str, name: str, token: str) -> str:
    """A kubeconfig with one context; JSON, which is YAML as well."""
    account = f"{namespace}/{name}"
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "cluster", "cluster": cluster}],
        "users": [{"name": account, "user": {"token": token}}],
        "contexts": [{"name": account, "context": {"cluster": "cluster", "user": account, "namespace": namespace}}],
        "current-context": account,
    }
    return json.dumps(content, indent=2) + "\n"


def carried(text: str) -> tuple[Json, Claims] | None:
    """The cluster and the token's claims in a kubeconfig of ours; None when it is another file."""
    try:
        content = json.loads(text)
        cluster, token = content["clusters"][0]["cluster"], content["users"][0]["user"]["token"]
    except (IndexError, KeyError, TypeError, ValueError):
        return None
    found = claims(token) if isinstance(token, str) else None
    return (cluster, found) if found else None
