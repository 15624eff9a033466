# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection options: names, aliases and environment variables are those of ``kubernetes.core``."""

from __future__ import annotations

import os
import re
import typing as t

from ansible.module_utils.errors import AnsibleFallbackNotFound

from ansible_collections.steady.rollout.plugins.module_utils._cluster.options import Options
from ansible_collections.steady.rollout.plugins.module_utils._rollout import masking

_SECRET_KEYS = frozenset(
    ("token", "password", "secret", "client-secret", "client-key-data", "access-token", "id-token", "refresh-token")
)

_SECRET_NAME = re.compile(r"SECRET|TOKEN|PASSWORD|PRIVATE|CREDENTIAL", re.IGNORECASE)


def _environment(*names: str) -> str:
    """The first variable that is set to something; an empty one counts as unset, as in ``kubernetes.core``."""
    for name in names:
        if os.environ.get(name):
            return os.environ[name]
    raise AnsibleFallbackNotFound


def _option(names: str, **spec: t.Any) -> dict[str, t.Any]:
    return {**spec, "fallback": (_environment, [f"K8S_AUTH_{name}" for name in names.split()])}


_PROXY_HEADERS = {
    "proxy_basic_auth": _option("PROXY_HEADERS_PROXY_BASIC_AUTH", type="str", no_log=True),
    "basic_auth": _option("PROXY_HEADERS_BASIC_AUTH", type="str", no_log=True),
    "user_agent": _option("PROXY_HEADERS_USER_AGENT", type="str"),
}

ARGUMENT_SPEC: dict[str, t.Any] = {
    "kubeconfig": _option("KUBECONFIG", type="raw"),
    "context": _option("CONTEXT", type="str"),
    "host": _option("HOST", type="str"),
    "api_key": _option("API_KEY", type="str", no_log=True),
    "username": _option("USERNAME", type="str"),
    "password": _option("PASSWORD", type="str", no_log=True),
    "validate_certs": _option("VALIDATE_CERTS VERIFY_SSL", type="bool", aliases=["verify_ssl"]),
    "ca_cert": _option("CA_CERT SSL_CA_CERT", type="path", aliases=["ssl_ca_cert"]),
    "client_cert": _option("CLIENT_CERT CERT_FILE", type="path", aliases=["cert_file"]),
    "client_key": _option("CLIENT_KEY KEY_FILE", type="path", aliases=["key_file"], no_log=False),
    "proxy": _option("PROXY", type="str"),
    "no_proxy": _option("NO_PROXY", type="str"),
    "proxy_headers": {"type": "dict", "options": _PROXY_HEADERS, "apply_defaults": True},
    "persist_config": _option("PERSIST_CONFIG", type="bool"),
    "impersonate_user": _option("IMPERSONATE_USER", type="str"),
    "impersonate_groups": _option("IMPERSONATE_GROUPS", type="list", elements="str"),
}


def options(params: t.Mapping[str, t.Any]) -> Options:
    """A module's parameters as what ``_cluster.cluster.connect`` takes."""
    given = {name: params.get(name) for name in ARGUMENT_SPEC}
    headers = given.pop("proxy_headers") or {}
    groups = given.pop("impersonate_groups") or ()
    persist = bool(given.pop("persist_config"))
    return Options(
        **given,
        proxy_headers={name: value for name, value in headers.items() if value},
        persist_config=persist,
        impersonate_groups=tuple(group for group in groups if group),
    )


def secrets(params: t.Mapping[str, t.Any]) -> set[str]:
    """What ``no_log`` cannot know: the secrets within a kubeconfig that was given as such, and a password in the proxy's address."""
    kubeconfig = params.get("kubeconfig")
    if isinstance(kubeconfig, str) and ("\n" in kubeconfig or kubeconfig.lstrip().startswith("{")):
        return {kubeconfig}
    return {*_secrets(kubeconfig), *masking.in_address(params.get("proxy"))}


def _is_secret(variable: t.Any) -> bool:
    """Whether a variable of a credential plugin holds a secret, by its name."""
    named = isinstance(variable, dict) and variable.get("value") and _SECRET_NAME.search(str(variable.get("name")))
    return bool(named)


def _secrets(value: t.Any) -> t.Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in _SECRET_KEYS and isinstance(inner, str):
                yield inner
            elif key == "env" and isinstance(inner, list):
                yield from (str(item["value"]) for item in inner if _is_secret(item))
            else:
                yield from _secrets(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _secrets(inner)
