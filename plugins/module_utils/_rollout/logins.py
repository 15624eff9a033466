# SPDX-License-Identifier: GPL-3.0-or-later
"""Credentials for registries, as Secrets keep them for the kubelet, and which of them are for which repository."""

from __future__ import annotations

import base64
import binascii
import fnmatch
import json
import typing as t
from dataclasses import dataclass, field

from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects, registries

Json = dict[str, t.Any]

_KEYS = {".dockerconfigjson": "auths", ".dockercfg": ""}


@dataclass(frozen=True)
class Login:
    """A user of the registry, or the part of one, at ``place``; ``origin`` says in words where it stands."""

    place: str
    username: str = field(repr=False)
    password: str = field(repr=False)
    origin: str = ""


def names(template: Json, account: Json) -> tuple[str, ...]:
    """The pull secrets that pods of this template get: their own, else those of their ServiceAccount, as admission does it."""
    own = objects.spec(template).get("imagePullSecrets") or account.get("imagePullSecrets") or ()
    return tuple(dict.fromkeys(str(item["name"]) for item in own if item.get("name")))


def account(template: Json) -> str:
    """The ServiceAccount of its pods."""
    pod = objects.spec(template)
    return str(pod.get("serviceAccountName") or pod.get("serviceAccount") or "default")


def read(secret: Json) -> tuple[Login, ...]:
    """The logins in a pull secret. What cannot be read counts as none, as for the kubelet."""
    origin = f"Secret {objects.metadata(secret).get('namespace', '')}/{objects.name(secret)}"
    found: list[Login] = []
    for key, inner in _KEYS.items():
        try:
            written = json.loads(base64.b64decode((secret.get("data") or {})[key]))
            entries = written[inner] if inner else written
            found += [Login(_place(place), *_user(entry), origin) for place, entry in entries.items()]
        except (KeyError, TypeError, ValueError, AttributeError, binascii.Error):
            continue
    return tuple(found)


def fitting(found: t.Iterable[Login], repository: str) -> tuple[Login, ...]:
    """Those for that repository, the most particular first."""
    name = registries.whole(repository)
    return tuple(sorted((login for login in found if _fits(login.place, name)), key=lambda login: -len(login.place)))


def _fits(place: str, name: str) -> bool:
    """Whether a place, in whose host ``*`` stands for a label or a part of one, holds that repository."""
    host, _slash, path = place.partition("/")
    theirs, _slash, rest = name.partition("/")
    wanted, labels = host.split("."), theirs.split(".")
    alike = len(wanted) == len(labels) and all(map(fnmatch.fnmatchcase, labels, wanted))
    return alike and (not path or rest == path or rest.startswith(f"{path}/"))


def _place(key: str) -> str:
    """The key of an entry without what Docker puts around it: ``https://index.docker.io/v1/`` is Docker Hub."""
    bare = key.partition("://")[2] or key
    host, _slash, path = bare.rstrip("/").partition("/")
    path = "" if path in ("v1", "v2") else path.removeprefix("v1/").removeprefix("v2/")
    return f"{registries.known(host)}/{path}" if path else registries.known(host)


def _user(entry: Json) -> tuple[str, str]:
    if entry.get("auth"):
        username, _colon, password = base64.b64decode(entry["auth"], validate=True).decode().partition(":")
        return username, password.rstrip("\x00")
    return str(entry["username"]), str(entry["password"])
