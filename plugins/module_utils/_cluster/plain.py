# SPDX-License-Identifier: GPL-3.0-or-later
"""Credentials that need no library: a token, a user and password or a certificate, in options or in one kubeconfig.

Importing ``kubernetes`` takes more CPU than the rest of a short task, 0.15 to 1.8 s by its version. Everything else is for it to load:
plugins, providers, several files, a pod's account, proxies of the environment, and whatever is wrong, which is then said in one place.
"""

from __future__ import annotations

import base64
import os
import typing as t
from dataclasses import dataclass, field

from ansible_collections.steady.rollout.plugins.module_utils._cluster.origin import Origin, default_location, source

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._cluster.options import Options

Json = dict[str, t.Any]

_USER = {
    *("client-certificate", "client-certificate-data", "client-key", "client-key-data"),
    *("token", "tokenFile", "username", "password", "as", "as-groups"),
}
_CLUSTER = {
    *("server", "certificate-authority", "certificate-authority-data"),
    *("insecure-skip-tls-verify", "tls-server-name", "proxy-url", "extensions"),
}


class _NotPlain(Exception):
    """Something that only the library knows how to load, or to refuse."""


@dataclass
class Configuration:
    """What we use of the library's class of this name, under the same names."""

    host: str = "http://localhost"
    verify_ssl: bool = True
    ssl_ca_cert: str | None = None
    cert_file: str | None = None
    key_file: str | None = None
    tls_server_name: str | None = None
    proxy: str | None = None
    no_proxy: str | None = None
    proxy_headers: t.Any = None
    api_key: dict[str, str] = field(default_factory=dict, repr=False)

    def auth_settings(self) -> dict[str, Json]:
        """The value of the header that says who asks, in the library's form."""
        return {name: {"value": value} for name, value in self.api_key.items()}


def configure(options: Options, folder: str) -> tuple[Configuration, Origin] | None:
    """What the options or their kubeconfig say, without overrides; None when it is not plain. Inline keys go into ``folder``."""
    if any(value for name, value in os.environ.items() if name.lower().endswith("_proxy")):
        return None  # which of them counts depends on the library's version
    if suffices(options):
        return Configuration(), Origin("the option host")
    if not (options.kubeconfig or options.context) and os.environ.get("KUBERNETES_SERVICE_HOST"):
        return None
    given = options.kubeconfig or default_location()
    try:
        content, base = (given, "") if isinstance(given, dict) else _read(given)
        context = _named(content, "contexts", options.context or content["current-context"])["context"]
        cluster = _known(_named(content, "clusters", context["cluster"])["cluster"], _CLUSTER)
        user = _known(_named(content, "users", context["user"])["user"], _USER)
        configuration = _configuration(cluster, user, base, folder)
    except (_NotPlain, ImportError, OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return configuration, Origin(source(given), user.get("as", ""), tuple(user.get("as-groups", ())))


def suffices(options: Options) -> bool:
    """Whether the options say where and as whom, so that no kubeconfig is looked for."""
    known_by = (
        options.api_key or (options.username and options.password) or (options.client_cert and options.client_key)
    )
    return bool(options.host and known_by)


def _read(location: str) -> tuple[Json, str]:
    """The content of the one file that is named, and the folder that its paths start from."""
    import yaml

    path = os.path.expanduser(location)
    if os.pathsep in path:
        raise _NotPlain
    with open(path, encoding="utf-8") as file:
        try:
            content = yaml.load(file, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        except yaml.YAMLError:
            raise _NotPlain from None
    return content, os.path.abspath(os.path.dirname(path))


def _named(content: Json, part: str, name: str) -> Json:
    entries: list[Json] = [entry for entry in content[part] if entry["name"] == name]
    if len(entries) != 1:
        raise _NotPlain
    return entries[0]


def _known(entry: Json, keys: set[str]) -> Json:
    """The entry, if that is all text, words that we know and nothing empty."""
    for key, value in entry.items():
        right = {"insecure-skip-tls-verify": bool, "as-groups": list, "extensions": list}.get(key, str)
        if key not in keys or not isinstance(value, right) or value == "":
            raise _NotPlain
    return entry


def _configuration(cluster: Json, user: Json, base: str, folder: str) -> Configuration:
    made = Configuration(cluster["server"].rstrip("/"), not cluster.get("insecure-skip-tls-verify", False))
    made.tls_server_name = cluster.get("tls-server-name")
    made.proxy = cluster.get("proxy-url")
    authorization = _authorization(user, base)
    if authorization:
        made.api_key["BearerToken"] = authorization
    if made.host.startswith("https"):
        made.ssl_ca_cert = _file(cluster, "certificate-authority", base, folder)
        made.cert_file = _file(user, "client-certificate", base, folder)
        made.key_file = _file(user, "client-key", base, folder)
    return made


def _authorization(user: Json, base: str) -> str:
    token = user.get("token")
    if token is None and "tokenFile" in user:
        with open(os.path.join(base, user["tokenFile"]), encoding="utf-8") as file:
            token = file.read()
    if token:
        return f"Bearer {token}"
    if "username" in user and "password" in user:
        pair = f"{user['username']}:{user['password']}"
        return f"Basic {base64.b64encode(pair.encode('latin-1')).decode()}"
    return ""


def _file(entry: Json, key: str, base: str, folder: str) -> str | None:
    """The path of what the entry holds or names."""
    if f"{key}-data" in entry:
        path = os.path.join(folder, key)
        with open(path, "wb") as file:
            file.write(base64.standard_b64decode(entry[f"{key}-data"]))
        return path
    if key not in entry:
        return None
    path = os.path.normpath(os.path.join(base, entry[key]))
    if not os.path.isfile(path):
        raise _NotPlain
    return path
