# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends one request and says what became of it. Nothing is ever sent twice."""

from __future__ import annotations

import http.client
import ssl
import time
import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._http import samples

if t.TYPE_CHECKING:
    import urllib3

    from ansible_collections.steady.rollout.plugins.module_utils._http.plan import Plan
    from ansible_collections.steady.rollout.plugins.module_utils._http.version import Reader

_CHUNK = 65536
# Enough for any page that tells its version; what follows is read and forgotten.
_READ_FOR_VERSION = 1024 * 1024


class Answer(t.NamedTuple):
    """How a request ended; no failure means a good answer."""

    failure: str = ""
    version: str = ""
    detail: str = ""


class Sender:
    """One client: it keeps one connection open, and opens another for each request that asks for a new one."""

    def __init__(self, plan: Plan, read_version: Reader | None, tls: ssl.SSLContext | None) -> None:
        self._plan = plan
        self._read_version = read_version
        self._path = path_of(plan.url)
        self._kept = _pool(plan, tls, {})
        self._new = _pool(plan, tls, {"Connection": "close"})

    def send(self, new_connection: bool) -> Answer:
        """Send one request and read its whole answer. Never raises."""
        pool = self._new if new_connection else self._kept
        try:
            return self._exchange(pool, keep=not new_connection)
        except Exception as error:  # whatever it was, the request has ended and must be counted
            return broken(error, self._plan.timeout)

    def close(self) -> None:
        """Close the connection that was kept open."""
        self._kept.close()
        self._new.close()

    def _exchange(self, pool: urllib3.HTTPConnectionPool, keep: bool) -> Answer:
        deadline = time.monotonic() + self._plan.timeout
        options: dict[str, t.Any] = {"retries": False, "redirect": False, "preload_content": False}
        response = pool.request_encode_url(self._plan.method, self._path, **options)
        connection = response.connection
        body = read(response, deadline)
        response.release_conn()
        if connection is not None and (body is None or not keep):
            # The server may have ignored "Connection: close"; the pool would then use this connection again.
            connection.close()
        if body is None:
            return Answer(samples.TIMEOUT, detail=_too_slow(self._plan.timeout))
        return self._judge(response.status, response.reason or "", body)

    def _judge(self, status: int, reason: str, body: bytes) -> Answer:
        wanted = self._plan.status_codes
        if status not in wanted if wanted else not 200 <= status < 300:
            kind = samples.STATUS_5XX if 500 <= status < 600 else samples.STATUS_OTHER
            return Answer(kind, detail=f"{status} {reason}: {excerpt(body)}".strip(": "))
        if self._plan.text and self._plan.text not in body.decode("utf-8", "replace"):
            return Answer(samples.UNEXPECTED, detail=f"{self._plan.text!r} is not in the answer: {excerpt(body)}")
        if self._read_version is None:
            return Answer()
        version = self._read_version(body)
        if not version:
            return Answer(samples.UNEXPECTED, detail=f"no version in the answer: {excerpt(body)}")
        if self._plan.version and version != self._plan.version:
            return Answer(samples.UNEXPECTED, version, f"version {version} answered, not {self._plan.version}")
        return Answer(version=version)


def tls_for(plan: Plan) -> ssl.SSLContext | None:
    """What all connections share; loading the trusted certificates anew for each would cost more than its request."""
    if not plan.url.startswith("https:"):
        return None
    context = ssl.create_default_context()
    if not plan.validate_certs:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def pool_for(plan: Plan) -> urllib3.HTTPConnectionPool:
    """Connections to the plan's host."""
    return _pool(plan, tls_for(plan), {})


def _pool(plan: Plan, tls: ssl.SSLContext | None, more_headers: dict[str, str]) -> urllib3.HTTPConnectionPool:
    import urllib3

    settings: dict[str, t.Any] = {} if tls is None else {"ssl_context": tls}
    if tls is not None and not plan.validate_certs:
        settings |= {"cert_reqs": "CERT_NONE", "assert_hostname": False}
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    return urllib3.connection_from_url(
        plan.url,
        maxsize=1,
        retries=False,
        timeout=urllib3.Timeout(connect=plan.timeout, read=plan.timeout),
        headers={"User-Agent": "steady.rollout.http_probe", **plan.headers, **more_headers},
        **settings,
    )


def path_of(url: str) -> str:
    """What stands in the request line."""
    import urllib3

    return urllib3.util.parse_url(url).request_uri


def read(response: urllib3.BaseHTTPResponse, deadline: float) -> bytes | None:
    """The whole answer's beginning, or None when it was not complete by the deadline, however steadily it trickles."""
    # urllib3 before 2.1 has no read1; its read comes back when the answer ends, or after a silence of the timeout.
    read_some = getattr(response, "read1", response.read)
    parts: list[bytes] = []
    kept = 0
    while part := read_some(_CHUNK, decode_content=True):
        if kept < _READ_FOR_VERSION:
            parts.append(part)
            kept += len(part)
        if time.monotonic() > deadline:
            return None
    return b"".join(parts) if time.monotonic() <= deadline else None


def broken(error: Exception, timeout: float) -> Answer:
    """Which failure an exception stands for."""
    from urllib3 import exceptions

    if isinstance(error, exceptions.NewConnectionError):
        return Answer(samples.CONNECT, detail=_root_of(error))
    if isinstance(error, exceptions.ConnectTimeoutError):
        return Answer(samples.CONNECT, detail=f"no connection within {timeout:g} s")
    if isinstance(error, (exceptions.SSLError, exceptions.LocationParseError)):
        return Answer(samples.CONNECT, detail=_root_of(error))
    if isinstance(error, exceptions.TimeoutError):
        return Answer(samples.TIMEOUT, detail=_too_slow(timeout))
    causes = (error, *error.args)
    cut_off = (OSError, http.client.IncompleteRead)
    if isinstance(error, (exceptions.ProtocolError, *cut_off)) and any(isinstance(cause, cut_off) for cause in causes):
        return Answer(samples.RESET, detail=_root_of(error))
    return Answer(samples.UNEXPECTED, detail=_root_of(error))


def _root_of(error: Exception) -> str:
    """The innermost reason in plain words."""
    inner = (
        next((cause for cause in error.args[::-1] if isinstance(cause, Exception)), None) or error.__cause__ or error
    )
    if isinstance(inner, ssl.SSLCertVerificationError):
        return f"the server's certificate is not trusted: {inner.verify_message}"
    return (isinstance(inner, OSError) and inner.strerror) or str(inner) or type(inner).__name__


def _too_slow(timeout: float) -> str:
    return f"no complete answer within {timeout:g} s"


def excerpt(body: bytes) -> str:
    """The beginning of an answer in one line."""
    return " ".join(body[:200].decode("utf-8", "replace").split())[:80]
