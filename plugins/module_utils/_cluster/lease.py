# SPDX-License-Identifier: GPL-3.0-or-later
"""Leases that runs hold while they change a workload: taken, renewed by one thread for all of them, and ended.

The clocks of two machines need not agree: a Lease is dead when it has not changed for its whole duration on one's own clock.
"""

from __future__ import annotations

import threading
import time
import typing as t
from concurrent.futures import ThreadPoolExecutor

from ansible_collections.steady.rollout.plugins.module_utils._cluster.feed import LiveFeed
from ansible_collections.steady.rollout.plugins.module_utils._cluster.request import Request
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, leases, objects
from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import FIELD_MANAGER, LEASE, Scope

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._cluster.api import Api
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.leases import Claim

Json = dict[str, t.Any]

_WRITTEN_BY = (("fieldManager", FIELD_MANAGER),)
_NOTICE = leases.RENEWAL + 1.0
"""Seconds after a take-over by force in which the run that held the Lease finds out with its next renewal."""
_AT_ONCE = 8
"""Of many Leases so many are renewed at the same time, so that the last one is not late."""


class Held:
    """Satisfies the port ``Lease``."""

    def __init__(
        self,
        api: Api,
        claim: Claim,
        now: t.Callable[[], str],
        say: t.Callable[[str], None],
        renewed: t.Callable[[Held, bool], None],
    ) -> None:
        self._api = api
        self._claim = claim
        self._now = now
        self._say = say
        self._be_renewed = renewed
        self._line = threading.Lock()
        self._lease: Json = {}
        self._renewed = 0.0
        self._progress = ""
        self._lost = ""
        self._ended = False
        self.contended = False

    def take(self, *, by_force: bool) -> None:
        """Make the Lease, or take it from a run that is dead or, by force, alive. Raises Refused naming a run that lives."""
        self._take(by_force)
        self._be_renewed(self, True)

    def _take(self, by_force: bool) -> None:
        while not self._made():
            lease = self._read()
            if lease is None:
                continue
            self.contended = True
            other = leases.holder(lease)
            if other and other != self._claim.holder and not by_force:
                self._say(
                    f"its Lease is held by {leases.told(lease)}; looking for up to {leases.DURATION:.0f} s whether that run lives"
                )
                lease = self._outlived(lease)
                if lease is None:
                    continue
            if self._patched(leases.takeover(self._claim, lease, self._now())):
                if other and other != self._claim.holder:
                    self._say(
                        f"taken over from {other}"
                        + ("" if by_force else f", which gave no sign for {leases.DURATION:.0f} s")
                    )
                    if by_force:
                        time.sleep(_NOTICE)
                return

    def confirm(self) -> None:
        """Make sure that it is still ours. Raises LeaseLost, or Unreachable when that cannot be known."""
        with self._line:
            if not self._lost and time.monotonic() - self._renewed > leases.DURATION - leases.RENEWAL:
                self._renew(None)
            if self._lost:
                raise errors.LeaseLost(self._lost)

    def lost(self) -> str:
        """Who took it, in a sentence; empty while it is ours."""
        return self._lost

    def tell(self, progress: str) -> None:
        """What readers of the Lease find with the next renewal."""
        self._progress = progress

    def renew(self) -> None:
        """Say that this run lives. Trouble that may pass is left to the next renewal."""
        with self._line:
            try:
                if not self._lost and not self._ended:
                    self._renew(leases.RENEWAL)
            except errors.RolloutError:
                pass

    def release(self) -> None:
        """End it, if it is ours; also when ``take`` was interrupted before it knew."""
        self._be_renewed(self, False)
        with self._line:
            self._ended = True
            try:
                lease = self._lease or self._read() or {}
                if self._lost or leases.holder(lease) != self._claim.holder:
                    return
                meta = objects.metadata(lease)
                pins = {"uid": meta["uid"], "resourceVersion": meta["resourceVersion"]}
                body = {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": pins}
                self._api.call(self._request("delete", body=body), patience=leases.RENEWAL)
            except errors.RolloutError:
                pass  # gone, taken by somebody else, or the server is away: then it ends by itself

    def _renew(self, patience: float | None) -> None:
        body = leases.renewal(self._lease, self._progress, self._now())
        if self._patched(body, patience) or self._made():
            return
        present = self._read()
        if present is None:
            return
        if leases.holder(present) == self._claim.holder:
            self._keep(present)  # the answer to our own renewal was lost
        else:
            self._lost = f"Another run has taken {self._claim.reference} over: {leases.told(present)}. This run has written nothing since."

    def _made(self) -> bool:
        """Whether there was none and it is made now."""
        try:
            request = self._request("create", body=leases.manifest(self._claim, self._now()))
            self._keep(self._api.json(request))
        except errors.Conflict:
            return False
        return True

    def _patched(self, body: Json, patience: float | None = None) -> bool:
        """Whether it was still the one that the patch is for."""
        request = self._request("patch", body=body, content_type="application/merge-patch+json")
        try:
            self._keep(self._api.json(request, patience=patience))
        except (errors.Conflict, errors.NotFound):
            return False
        return True

    def _read(self) -> Json | None:
        try:
            return self._api.json(self._request("get"))
        except errors.NotFound:
            return None

    def _keep(self, lease: Json) -> None:
        self._lease = lease
        self._renewed = time.monotonic()

    def _outlived(self, lease: Json) -> Json | None:
        """The Lease when it has not changed for its whole duration; None when it was ended. Raises Refused when its run lives."""
        name = objects.name(lease)
        scope = Scope(LEASE, self._claim.reference.namespace, fields=f"metadata.name={name}")
        deadline = time.monotonic() + leases.DURATION
        with LiveFeed.open(self._api, [scope]) as feed:
            while True:
                found = feed.objects(scope)
                if not found:
                    return None
                if objects.metadata(found[0])["resourceVersion"] != objects.metadata(lease)["resourceVersion"]:
                    if leases.holder(found[0]):
                        raise errors.Refused(
                            f"{self._claim.reference} is being rolled by another run: {leases.told(found[0])}. Nothing was changed."
                            " Wait for it to end, or take the workload over with take_over: true."
                        )
                    return found[0]
                rest = deadline - time.monotonic()
                if rest <= 0:
                    return lease
                feed.wait(rest)

    def _request(self, verb: str, *, body: t.Any = None, content_type: str = "application/json") -> Request:
        namespace = self._claim.reference.namespace
        query = _WRITTEN_BY if verb in ("create", "patch") else ()
        name = leases.name_of(self._claim.reference)
        return Request(verb, LEASE, namespace, name, query=query, body=body, content_type=content_type)


class Leases:
    """All Leases that are held on one API server, renewed by one thread that lives as long as there are any."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._changed = threading.Condition()
        self._held: dict[Held, float] = {}
        self._renewing = False

    def of(self, claim: Claim, now: t.Callable[[], str], say: t.Callable[[str], None]) -> Held:
        """A Lease that is not taken yet."""
        return Held(self._api, claim, now, say, self._keep)

    def _keep(self, held: Held, renewed: bool) -> None:
        with self._changed:
            if renewed:
                self._held[held] = time.monotonic()
            else:
                self._held.pop(held, None)
            self._changed.notify_all()
            if self._held and not self._renewing:
                self._renewing = True
                threading.Thread(target=self._renew, name="renew leases", daemon=True).start()

    def _renew(self) -> None:
        """Whenever the oldest is RENEWAL old; many that are nearly as old come along, and what was just taken is left alone."""
        while True:
            with self._changed:
                oldest = min(self._held.values(), default=0.0)
                if self._changed.wait_for(lambda: not self._held, oldest + leases.RENEWAL - time.monotonic()):
                    self._renewing = False
                    return
                now = time.monotonic()
                old = due(self._held, now)
                self._held.update(dict.fromkeys(old, now))
            with ThreadPoolExecutor(_AT_ONCE) as threads:
                threads.map(Held.renew, old)


def due(signs: t.Mapping[Held, float], now: float) -> list[Held]:
    """Those whose last sign of life is so old that it is worth a request. Moments are monotonic seconds."""
    return [held for held, at in signs.items() if now - at > leases.RENEWAL / 2]
