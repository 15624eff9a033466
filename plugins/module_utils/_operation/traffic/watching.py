# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for something else than a rollout: a load balancer that takes a route, endpoints that become ready, time to drain."""

from __future__ import annotations

import contextlib
import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import Scope

Json = dict[str, t.Any]

Lacking = t.Callable[[t.Callable[["Scope"], t.Sequence[Json]]], str]
"""What is still missing, given the objects of any scope as they are now; an empty string once nothing is."""

OUTAGE = 300.0
"""For how many seconds a wait is prolonged at most because the API server cannot be reached."""


def until(ports: Ports, scopes: t.Sequence[Scope], lacking: Lacking, patience: float) -> str:
    """Wait until nothing is missing, or for ``patience`` seconds; what is missing then.

    Nobody can bring what is missing while the API server is away, so the seconds count anew once it is back.
    """
    began = ports.clock.monotonic()
    deadline = began + patience
    away = False
    with contextlib.closing(ports.cluster.open_feed(scopes)) as feed:
        while True:
            missing = lacking(feed.objects)
            now = ports.clock.monotonic()
            was_away, away = away, bool(feed.trouble())
            if away or was_away:
                deadline = min(now, began + OUTAGE) + patience
            if not missing or now >= deadline:
                return missing
            feed.wait(deadline - now)


def let_pass(ports: Ports, scopes: t.Sequence[Scope], seconds: float) -> None:
    """Let so many seconds pass, able to be interrupted."""
    if seconds <= 0:
        return
    deadline = ports.clock.monotonic() + seconds
    with contextlib.closing(ports.cluster.open_feed(scopes)) as feed:
        while (left := deadline - ports.clock.monotonic()) > 0:
            feed.wait(left)
