# SPDX-License-Identifier: GPL-3.0-or-later
"""One HTTP exchange over urllib3, and its failures in words."""

from __future__ import annotations

import os
import socket
import ssl
import time
import typing as t

if t.TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, PoolManager


class NoAnswer(Exception):
    """No (whole) answer came. ``sent`` tells whether the request may have reached the server."""

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.sent = sent


def exchange(
    pool: PoolManager,
    method: str,
    url: str,
    *,
    headers: t.Mapping[str, str],
    body: bytes | None,
    connect: float,
    read: float,
    stream: bool,
) -> BaseHTTPResponse:
    """The server's answer, whatever its status; with ``stream`` its body is still to be read. Raises NoAnswer."""
    import urllib3

    arguments: dict[str, t.Any] = {
        "body": body,
        "timeout": urllib3.Timeout(connect=connect, read=read),
        "retries": False,
        "redirect": False,
        "preload_content": not stream,
        "enforce_content_length": True,
    }
    started = time.monotonic()
    try:
        # Not request(): urllib3 1.26 folds a repeated header (Impersonate-Group) into one when there is a body.
        return pool.request_encode_url(method, url, headers=headers, **arguments)
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise _no_answer(error, time.monotonic() - started, pool) from error


def lines(response: BaseHTTPResponse) -> t.Iterator[bytes]:
    """The lines of a streamed body as they come. Raises NoAnswer when it is cut or falls silent."""
    import urllib3

    try:
        for line in response:
            yield line.rstrip(b"\n")
    except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        raise _no_answer(error, 0.0) from error


def hang_up(response: BaseHTTPResponse) -> None:
    """Make a read that blocks in another thread return at once."""
    try:
        with socket.socket(fileno=os.dup(response.fileno())) as twin:
            twin.shutdown(socket.SHUT_RDWR)
    except (AttributeError, OSError, ValueError):
        # Closed already; http.client has no file to ask then.
        pass


def _no_answer(error: BaseException, waited: float, pool: PoolManager | None = None) -> NoAnswer:
    from urllib3 import exceptions

    if isinstance(error, exceptions.ProxyError):
        proxy = getattr(pool, "proxy", None)
        return NoAnswer(f"proxy {proxy.host}:{proxy.port}: {in_words(error)}" if proxy else in_words(error), sent=False)
    if isinstance(error, exceptions.ConnectTimeoutError) and not isinstance(error, exceptions.NewConnectionError):
        return NoAnswer(f"no connection within {waited:.2g} s", sent=False)
    if isinstance(error, exceptions.ReadTimeoutError):
        return NoAnswer(f"connected, but no answer within {waited:.2g} s", sent=True)
    untrusted = any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error))
    return NoAnswer(in_words(error), sent=not (untrusted or isinstance(error, exceptions.NewConnectionError)))


def in_words(error: BaseException) -> str:
    """The innermost reason of a failure, without the names of Python objects."""
    for cause in reversed(list(_causes(error))):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate cannot be trusted ({cause.verify_message})"
        if type(cause).__name__ == "CertificateError":
            return f"its certificate cannot be trusted ({cause})"
        if isinstance(cause, ssl.SSLError):
            return f"TLS failed ({(getattr(cause, 'reason', '') or 'handshake').replace('_', ' ').lower()})"
        if isinstance(cause, socket.gaierror):
            return "the host name does not resolve"
        if isinstance(cause, OSError) and str(cause).startswith("Tunnel connection failed: "):
            return f"it answered {str(cause).partition(': ')[2]}"
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror[:1].lower() + cause.strerror[1:]
    return "the connection was cut"


def _causes(error: BaseException) -> t.Iterator[BaseException]:
    """The error and what caused it; urllib3 keeps some causes among the arguments only."""
    seen: set[int] = set()
    queue: list[BaseException | None] = [error]
    while queue:
        cause = queue.pop(0)
        if cause is None or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        queue += [argument for argument in cause.args if isinstance(argument, BaseException)]
        queue += [cause.__cause__, cause.__context__]
