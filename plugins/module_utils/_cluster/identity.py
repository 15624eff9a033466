# SPDX-License-Identifier: GPL-3.0-or-later
"""Who asks: the headers that say so, and whether what they are made of has run out."""

from __future__ import annotations

import base64
import json
import ssl
import time
import typing as t
from dataclasses import dataclass

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors

if t.TYPE_CHECKING:
    from kubernetes.client import Configuration
    from urllib3 import HTTPHeaderDict

    from ansible_collections.steady.rollout.plugins.module_utils._cluster.options import Options
    from ansible_collections.steady.rollout.plugins.module_utils._cluster.origin import Origin


@dataclass(frozen=True)
class Identity:
    """Who one loading of the credentials makes us. ``source`` says where that is from, for people."""

    source: str
    authorization: t.Callable[[], str]
    user: str = ""
    groups: tuple[str, ...] = ()
    certificate_ends: float | None = None
    """Seconds since 1970."""

    def headers(self) -> HTTPHeaderDict:
        """The headers that say who asks; a token near its end is renewed first. Raises InvalidInput for one that cannot be sent."""
        from urllib3._collections import HTTPHeaderDict

        headers = HTTPHeaderDict()
        authorization = self.authorization().strip()
        if authorization:
            headers["Authorization"] = _sendable(authorization, f"The token or password of {self.source}")
        if self.user:
            headers["Impersonate-User"] = _sendable(self.user, "impersonate_user")
        for group in self.groups:
            headers.add("Impersonate-Group", _sendable(group, "impersonate_groups"))
        return headers

    def ended(self) -> str:
        """What has run out by this machine's clock, in a sentence; empty when nothing has, or nobody can tell."""
        ends = {"client certificate": self.certificate_ends, "token": _token_end(self.authorization())}
        for what, moment in ends.items():
            if moment is not None and moment < time.time():
                return f"The {what} ended on {time.strftime('%Y-%m-%d at %H:%M UTC', time.gmtime(moment))}."
        return ""


def identify(options: Options, configuration: Configuration, origin: Origin) -> Identity:
    """Who the options make us, and where they say nothing, the configuration. Raises InvalidInput."""
    if options.impersonate_groups and not options.impersonate_user:
        raise errors.InvalidInput("impersonate_groups needs impersonate_user: name the user that is in these groups.")
    source, authorization = _authorization(options, configuration, origin.text)
    given = bool(options.impersonate_user)
    return Identity(
        source,
        authorization,
        options.impersonate_user or origin.user,
        options.impersonate_groups if given else origin.groups,
        _certificate_end(configuration.cert_file),
    )


def _authorization(options: Options, configuration: Configuration, source: str) -> tuple[str, t.Callable[[], str]]:
    if options.api_key:
        return "the option api_key", lambda: f"Bearer {options.api_key}"
    if options.username and options.password:
        basic = base64.b64encode(f"{options.username}:{options.password}".encode()).decode()
        return "the options username and password", lambda: f"Basic {basic}"
    return "the option client_cert" if options.client_cert else source, lambda: _token(configuration)


def _token(configuration: Configuration) -> str:
    settings = t.cast("dict[str, dict[str, t.Any]]", configuration.auth_settings())
    return next((str(setting["value"]) for setting in settings.values()), "")


def _sendable(value: str, what: str) -> str:
    """A header as HTTP can carry it; the value itself is nobody's business."""
    if not value.isascii() or not value.isprintable():
        raise errors.InvalidInput(
            f"{what} has characters that cannot be sent (a line break in the middle, or none of ASCII): copy it anew."
        )
    return value


def _certificate_end(path: str | None) -> float | None:
    """When the certificate in the file ends. Python can tell, but offers it under a private name only."""
    decode = getattr(getattr(ssl, "_ssl", None), "_test_decode_cert", None)
    if not path or decode is None:
        return None
    try:
        return float(ssl.cert_time_to_seconds(decode(path)["notAfter"]))
    except (OSError, ssl.SSLError, ValueError, KeyError):
        return None


def _token_end(authorization: str) -> float | None:
    """When a token says that it ends; not every token is one that says so (a JSON Web Token)."""
    parts = authorization.rpartition(" ")[2].split(".")
    try:
        return float(json.loads(base64.urlsafe_b64decode(parts[1] + "==="))["exp"])
    except (IndexError, ValueError, KeyError, TypeError):
        return None
