# SPDX-License-Identifier: GPL-3.0-or-later
"""What to send, how often and for how long; refused here when it cannot be meant."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_SECRET_HEADERS = frozenset(("authorization", "proxy-authorization", "cookie"))
_MOST_CONCURRENCY = 1000


@dataclass(frozen=True)
class Plan:
    """One probe. ``rate`` is per second; ``duration`` and ``timeout`` are seconds; no status codes means any 2xx.

    ``text`` must stand in each answer, ``version`` be the version that each tells; empty: any will do.
    """

    url: str
    rate: float
    duration: float
    concurrency: int = 10
    timeout: float = 5.0
    method: str = "GET"
    headers: t.Mapping[str, str] = field(default_factory=dict)
    validate_certs: bool = True
    connections: t.Literal["keep_alive", "new", "both"] = "both"
    status_codes: frozenset[int] = frozenset()
    text: str = ""
    version: str = ""


def merged_headers(shown: t.Mapping[str, t.Any], secret: t.Mapping[str, t.Any]) -> dict[str, str]:
    """All headers as text. Raises InvalidInput where a header that is always a secret would be shown."""
    for name in shown:
        if name.lower() in _SECRET_HEADERS:
            raise errors.InvalidInput(
                f"headers: the value of {name} would be shown in logs; put it into secret_headers."
            )
    return {name: str(value) for name, value in {**shown, **secret}.items()}


def check(plan: Plan) -> Plan:
    """The plan itself, once it is known to make sense. Raises InvalidInput."""
    _check_url(plan.url)
    if not 0 < plan.rate < float("inf"):
        raise errors.InvalidInput(f"rate: {plan.rate:g} is not possible, it must be more than 0 requests per second.")
    if not 1 <= plan.concurrency <= _MOST_CONCURRENCY:
        raise errors.InvalidInput(
            f"concurrency: {plan.concurrency} is not possible, it must be between 1 and {_MOST_CONCURRENCY}."
        )
    for name, seconds in (("duration", plan.duration), ("timeout", plan.timeout)):
        if not seconds > 0:
            raise errors.InvalidInput(f"{name}: {seconds:g} seconds is not possible, it must be more than 0.")
    if not _TOKEN.fullmatch(plan.method):
        raise errors.InvalidInput(f"method: {plan.method!r} is not an HTTP method, write for example GET or HEAD.")
    check_headers(plan.headers)
    return plan


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        raise errors.InvalidInput(f"url: {url!r} cannot be read: {error}.") from None
    if parts.scheme not in ("http", "https") or not host or re.search(r"[\s\x00-\x1f\x7f]", url):
        raise errors.InvalidInput(
            f"url: {url!r} needs a scheme and a host, written as http://shop.example/healthz or https://10.0.0.5:8443/."
        )
    if parts.username is not None or parts.password is not None:
        raise errors.InvalidInput(
            "url: it carries a user name or password, which would be shown in the result; "
            "put them into an Authorization header in secret_headers instead."
        )


def check_headers(headers: t.Mapping[str, str]) -> None:
    """Raise InvalidInput for what no request can carry; a value is never shown."""
    for name, value in headers.items():
        if not _TOKEN.fullmatch(name):
            raise errors.InvalidInput(f"headers: {name!r} is not the name of an HTTP header: letters, digits and '-'.")
        # The value may be a secret: it is never part of the sentence.
        if any(character in value for character in "\r\n\0") or not _is_latin1(value):
            raise errors.InvalidInput(
                f"headers: the value of {name} holds a character that a header cannot carry: take line breaks and the like out."
            )


def _is_latin1(text: str) -> bool:
    return all(ord(character) < 256 for character in text)
