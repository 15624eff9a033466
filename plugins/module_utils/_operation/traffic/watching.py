# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for something else than a rollout: a load balancer that takes a route, endpoints that become ready, time to drain."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import Scope

Json = dict[str, t.Any]

Lacking = t.Callable[[t.Callable[["Scope"], t.Sequence[Json]]], str]
"""What is still missing, given the objects of any scope as they are now; an empty string once nothing is."""


def until(ports: Ports, scopes: t.Sequence[Scope], lacking: Lacking, patience: float) -> str:
    """Wait until nothing is missing, or for ``patience`` seconds; what is missing then."""
    deadline = ports.clock.monotonic() + patience
    feed = ports.cluster.open_feed(scopes)
    try:
        while True:
            missing = lacking(feed.objects)
            left = deadline - ports.clock.monotonic()
            if not missing or left <= 0:
                return missing
            feed.wait(left)
    finally:
        feed.close()


def let_pass(ports: Ports, scopes: t.Sequence[Scope], seconds: float) -> None:
    """Let so many seconds pass, able to be interrupted."""
    if seconds > 0:
        until(ports, scopes, lambda _objects: "time", seconds)
