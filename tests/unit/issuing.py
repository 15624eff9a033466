# SPDX-License-Identifier: GPL-3.0-or-later
"""An API server that knows one ServiceAccount and issues tokens with the claims of a real one."""

from __future__ import annotations

import base64
import json
import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, moments

Json = dict[str, t.Any]

NOW = "2026-11-23T10:00:00Z"
SIGNATURE = "c2lnbmVkLWJ5LXRoZS1zZXJ2ZXI"


def token(lifetime: float, *, uid: str = "u-1", name: str = "upgrade", at: str = NOW) -> str:
    """A token of ServiceAccount shop/upgrade, as an API server of 1.37 makes it."""
    issued = moments.moment(at).timestamp()
    body = {
        "aud": ["https://kubernetes.default.svc.cluster.local"],
        "exp": int(issued + lifetime),
        "iat": int(issued),
        "iss": "https://kubernetes.default.svc.cluster.local",
        "jti": "5a3b",
        "kubernetes.io": {"namespace": "shop", "serviceaccount": {"name": name, "uid": uid}},
        "nbf": int(issued),
        "sub": f"system:serviceaccount:shop:{name}",
    }
    parts = (json.dumps(part, separators=(",", ":")).encode() for part in ({"alg": "RS256", "kid": "k"}, body))
    return ".".join([*(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts), SIGNATURE])


class Issuer:
    """Satisfies as much of the port ``Cluster`` as is asked of it."""

    caution = ""

    def __init__(self) -> None:
        self.endpoint: Json = {"server": "https://10.0.0.1:6443", "certificate-authority-data": "Q0E="}
        self.uid = "u-1"
        self.now = NOW
        self.asked: list[Json] = []

    def read(self, _resource: t.Any, namespace: str, name: str) -> Json:
        """The account."""
        if not self.uid:
            raise errors.NotFound(f"There is no ServiceAccount {namespace}/{name}.")
        return {"metadata": {"namespace": namespace, "name": name, "uid": self.uid}}

    def create(self, resource: t.Any, _namespace: str, manifest: Json) -> Json:
        """A token."""
        assert resource.plural == "serviceaccounts/upgrade/token"
        self.asked.append(manifest)
        return {"status": {"token": token(manifest["spec"]["expirationSeconds"], uid=self.uid, at=self.now)}}
