# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests are sent with the right credentials, and again while trouble may pass and a repeat is safe."""

from __future__ import annotations

import json
import random
import time
import typing as t
from threading import Event
from urllib.parse import urlencode

from ansible_collections.steady.rollout.plugins.module_utils._cluster import answers, transport
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors

if t.TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

    from ansible_collections.steady.rollout.plugins.module_utils._cluster.credentials import Access, Credentials
    from ansible_collections.steady.rollout.plugins.module_utils._cluster.options import Timings
    from ansible_collections.steady.rollout.plugins.module_utils._cluster.request import Request

Json = dict[str, t.Any]
Answer = t.TypeVar("Answer")

_METHODS = {"patch": "PATCH", "create": "POST", "delete": "DELETE"}


class Api:
    """The API server as it answers requests; shared by all threads."""

    def __init__(
        self,
        credentials: Credentials,
        *,
        patience: float,
        timings: Timings,
        clock: t.Callable[[], float] = time.monotonic,
    ) -> None:
        self._credentials = credentials
        self._clock = clock
        self._contacted = False
        self._recognised = False
        self._doubted_until = 0.0
        self.patience = patience
        self.timings = timings
        self.lists_by_watch = True
        """Whether a watch may be asked to tell first what is there; False once the server has refused."""

    @property
    def server(self) -> str:
        """``host:port``."""
        return self._credentials.access.server

    @property
    def caution(self) -> str:
        """What the user should know about this way to the server; empty when there is nothing."""
        return self._credentials.caution

    @property
    def endpoint(self) -> Json:
        """The cluster's entry in a kubeconfig for somebody else."""
        return self._credentials.access.endpoint

    def json(self, request: Request, *, patience: float | None = None, stop: Event | None = None) -> Json:
        """The answer as a JSON object, as patiently as ``call``."""
        return self._outlive(request, lambda: self.json_once(request), patience, stop)

    def json_once(self, request: Request) -> Json:
        """The answer as a JSON object, as impatiently as ``send``."""
        return self._object(request, self.send(request).data)

    def call(
        self, request: Request, *, patience: float | None = None, read: float | None = None, stop: Event | None = None
    ) -> bytes:
        """The answer's body. Passing trouble is outlived for ``patience`` seconds, or until ``stop`` is set."""
        return self._outlive(request, lambda: self.send(request, read=read).data, patience, stop)

    def _outlive(
        self, request: Request, once: t.Callable[[], Answer], patience: float | None, stop: Event | None
    ) -> Answer:
        deadline = self._clock() + (self.patience if patience is None else patience)
        stop = stop or Event()
        for pause in self.pauses():
            answer = self._try(request, once)
            if not isinstance(answer, answers.Passing):
                return answer
            pause = max(pause, answer.after)
            if self._clock() + pause > deadline or stop.wait(pause):
                raise errors.Unreachable(
                    f"API server {self.server} gave no usable answer to {request.asked} in time; "
                    f"the last reason: {answer.text}."
                ) from answer
        raise AssertionError("pauses never end")

    def _try(self, request: Request, once: t.Callable[[], Answer]) -> Answer | answers.Passing:
        """The answer, or the trouble that another try may outlive."""
        try:
            return once()
        except answers.Expired as gone:
            raise errors.Rejected(f"The API server refused to {request.asked}: {gone}") from gone
        except answers.Passing as trouble:
            if not self._contacted:
                raise errors.Unreachable(self._no_contact(trouble)) from trouble
            if trouble.unclear and not request.repeatable:
                raise errors.Unreachable(
                    f"API server {self.server}: {trouble.text}, so it is not known whether it did {request.asked}; run the same again."
                ) from trouble
            return trouble

    def send(self, request: Request, *, stream: bool = False, read: float | None = None) -> BaseHTTPResponse:
        """Send once (twice after 401, with credentials loaded anew). Raises a RolloutError, or Passing, or Expired."""
        access = self._credentials.access
        response = self._exchange(access, request, stream, read)
        if response.status == 401:
            response.close()
            access = self._renewed(access)
            response = self._exchange(access, request, stream, read)
        self._contacted = True
        if 200 <= response.status < 300:
            return response
        body = response.data
        response.close()
        raise self._judged(request, answers.failure(request, response.status, body, response.headers))

    def _renewed(self, stale: Access) -> Access:
        """The credentials loaded anew. A plugin or file that fails later on may be there again in a moment."""
        try:
            return self._credentials.reload(stale)
        except errors.InvalidInput as reason:
            if not self._contacted:
                raise
            raise answers.Passing(str(reason), unclear=False) from reason

    def _exchange(self, access: Access, request: Request, stream: bool, read: float | None) -> BaseHTTPResponse:
        headers = self._credentials.headers(access)
        headers["Accept"] = "application/json"
        headers["User-Agent"] = "steady.rollout"
        body = None
        if request.body is not None:
            headers["Content-Type"] = request.content_type
            body = json.dumps(request.body).encode()
        method = _METHODS.get(request.verb, "GET")
        url = f"{access.url}{request.path}"
        try:
            return transport.exchange(
                access.pool,
                method,
                f"{url}?{urlencode(request.query)}" if request.query else url,
                headers=headers,
                body=body,
                connect=self.timings.connect,
                read=read or (self.timings.read if method == "GET" else self.timings.write),
                stream=stream,
            )
        except transport.NoAnswer as silence:
            self._doubt()
            raise answers.Passing(silence.reason, unclear=silence.sent) from silence

    def _object(self, request: Request, body: bytes) -> Json:
        """Half an answer, or a page of something that stands before the server, is nothing new once that has spoken itself."""
        content = answers.parse(body)
        if content:
            self._recognised = True
        elif self._recognised:
            raise answers.Passing("what came is not Kubernetes' JSON, or only a part of it", unclear=True)
        else:
            raise errors.Unreachable(
                f"What {self.server} answered to {request.asked} is not Kubernetes' JSON, so it is not an API server; "
                f"the address comes from {self._credentials.access.source}."
            )
        return content

    def _judged(self, request: Request, failure: Exception) -> Exception:
        """Doubt the refusals of a server that has just come back; add to a 401 where the credentials are from."""
        if isinstance(failure, answers.Passing):
            self._doubt()
        elif self._clock() < self._doubted_until and _is_doubtful(request, failure):
            return answers.Passing("it has just come back and does not know its users yet", unclear=False)
        elif isinstance(failure, errors.Unauthorized):
            identity = self._credentials.access.identity
            return errors.Unauthorized(
                f"API server {self.server} does not accept the credentials of {identity.source} "
                f"({failure or 'Unauthorized'}), also after loading them anew. {identity.ended() or 'Renew them.'}"
            )
        return failure

    def _doubt(self) -> None:
        if self._contacted:
            self._doubted_until = self._clock() + self.timings.settle

    def _no_contact(self, trouble: answers.Passing) -> str:
        source = self._credentials.access.source
        untrusted = "certificate cannot be trusted" in trouble.text
        advice = "give its CA with the option ca_cert or there" if untrusted else "check it, and that the server is up"
        return f"API server {self.server} cannot be reached: {trouble.text}. The address comes from {source}; {advice}."

    def pauses(self) -> t.Iterator[float]:
        """Growing waits between repeats, each drawn so that many clients spread out."""
        pause, longest = self.timings.backoff
        while True:
            yield pause * random.uniform(0.5, 1.0)
            pause = min(longest, pause * 2)


def _is_doubtful(request: Request, failure: Exception) -> bool:
    """What a server says that does not yet know its users, its rules or its kinds."""
    collection = request.verb in ("list", "watch") and isinstance(failure, errors.RolloutError)
    return collection or isinstance(failure, (errors.Unauthorized, errors.Forbidden))
