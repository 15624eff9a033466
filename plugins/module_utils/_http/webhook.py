# SPDX-License-Identifier: GPL-3.0-or-later
"""Hands one JSON document to a webhook, again while trouble may pass; its address is a secret and stands in no sentence."""

from __future__ import annotations

import email.utils
import json
import random
import re
import time
import typing as t
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from ansible_collections.steady.rollout.plugins.module_utils._http import connections, plan, sender
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.masking import MASK, masked

if t.TYPE_CHECKING:
    import urllib3

Json = dict[str, t.Any]

MOST_RETRIES = 10
_PASSING = frozenset((408, 425, 429, 500, 502, 503, 504))
_LONGEST_PAUSE = 30.0
_SHORTEST_SECRET = 8
_LIKE_AN_ADDRESS = "written as https://hooks.example.org/services/T0/B0/token; it is a secret and not shown here"


@dataclass(frozen=True)
class Webhook:
    """Where to. ``timeout`` is seconds for one attempt, ``retries`` how many may follow the first."""

    url: str
    headers: t.Mapping[str, str] = field(default_factory=dict)
    timeout: float = 10.0
    retries: int = 3
    validate_certs: bool = True


class Delivery(t.NamedTuple):
    """What became of it: ``status`` is that of the last answer, 0 where there was none; ``reason`` why it was not taken."""

    sent: bool
    attempts: int
    status: int = 0
    reason: str = ""


class _Attempt(t.NamedTuple):
    status: int = 0
    reason: str = ""
    passing: bool = True
    after: float = 0.0


def check(hook: Webhook) -> Webhook:
    """The webhook itself, once it is known to make sense. Raises InvalidInput, which does not show its address."""
    try:
        parts = urlsplit(hook.url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise errors.InvalidInput(f"url cannot be read: it has to be {_LIKE_AN_ADDRESS}.") from None
    if parts.scheme not in ("http", "https") or not host or re.search(r"[\s\x00-\x1f\x7f]", hook.url):
        raise errors.InvalidInput(f"url needs a scheme and a host, {_LIKE_AN_ADDRESS}.")
    if parts.username is not None or parts.password is not None:
        raise errors.InvalidInput("url carries a user name or password: put them into an Authorization header instead.")
    if not 0 <= hook.retries <= MOST_RETRIES:
        raise errors.InvalidInput(f"retries: {hook.retries} is not possible, it must be between 0 and {MOST_RETRIES}.")
    plan.check_headers(hook.headers)
    return hook


def secrets(url: str) -> set[str]:
    """What of the address nobody may read: its path, and what in it is long enough to be a token."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return {url} - {""}
    values = (value for _name, value in parse_qsl(parts.query))
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    found = (url, path.lstrip("/"), parts.path.rpartition("/")[2], *values)
    return {value for value in found if len(value) >= _SHORTEST_SECRET}


def deliver(hook: Webhook, document: Json, pause: t.Callable[[float], t.Any] = time.sleep) -> Delivery:
    """Hand it over; whatever a network or a server may do raises nothing. Whose answer gets lost gets it twice."""
    body = json.dumps(document).encode()
    number = 1
    while (attempt := _try(hook, body)).reason and attempt.passing and number <= hook.retries:
        pause(min(_LONGEST_PAUSE, max(attempt.after, 2.0 ** (number - 1) * random.uniform(0.75, 1.25))))
        number += 1
    return Delivery(not attempt.reason, number, attempt.status, _without_address(attempt.reason, hook.url))


def _try(hook: Webhook, body: bytes) -> _Attempt:
    headers = {"Content-Type": "application/json", "User-Agent": "steady.rollout.rollout_notify", **hook.headers}
    how: Json = {"retries": False, "redirect": False, "preload_content": False, "timeout": hook.timeout}
    try:
        with connections.manager(hook.url, validate_certs=hook.validate_certs) as manager:
            return _judged(manager.request("POST", hook.url, body=body, headers=headers, **how), hook.timeout)
    except Exception as error:  # whatever it was, it was not taken
        return _Attempt(reason=sender.broken(error, hook.timeout).detail or type(error).__name__)


def _judged(response: urllib3.BaseHTTPResponse, timeout: float) -> _Attempt:
    status = response.status
    if 200 <= status < 300:
        return _Attempt(status)
    title = f"{status} {response.reason or ''}".strip()
    if 300 <= status < 400:
        text = "it redirects, which is not followed; write the address it leads to"
        return _Attempt(status, f"{title}: {text}", passing=False)
    try:
        said = sender.excerpt(sender.read(response, time.monotonic() + timeout) or b"")
    except Exception:  # its status says enough
        said = ""
    reason = f"{title}: {said}" if said else title
    return _Attempt(status, reason, status in _PASSING, _seconds(response.headers.get("Retry-After")))


def _seconds(retry_after: str | None) -> float:
    """What a server asks to wait, as a number of seconds or as a date; 0 where it asks nothing that can be understood."""
    written = (retry_after or "").strip()
    if written.isdecimal():
        return float(written)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(written).timestamp() - time.time())
    except (ValueError, TypeError):
        return 0.0


def _without_address(reason: str, url: str) -> str:
    for secret in sorted({*secrets(url), urlsplit(url).hostname or url}, key=len, reverse=True):
        reason = reason.replace(secret, MASK)
    return masked(reason)
