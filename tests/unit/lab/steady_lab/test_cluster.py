# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

from steady_lab.cluster import ready_of

RENEWED = "2026-01-31T12:00:03.000000Z"
AT = datetime(2026, 1, 31, 12, 0, 3, tzinfo=timezone.utc).timestamp()


def node(name: str, **statuses: str) -> dict[str, Any]:
    conditions = [{"type": kind, "status": status} for kind, status in statuses.items()]
    return {"kind": "Node", "metadata": {"name": name}, "status": {"conditions": conditions}}


def lease(name: str) -> dict[str, Any]:
    return {"kind": "Lease", "metadata": {"name": name}, "spec": {"renewTime": RENEWED}}


def answer(*items: dict[str, Any]) -> str:
    return json.dumps({"items": list(items)})


def test_a_node_is_ready_by_its_condition() -> None:
    told = answer(
        node("a", MemoryPressure="False", Ready="True"), node("b", Ready="Unknown"), node("c"), lease("a"), lease("b")
    )
    assert ready_of(told) == {"a": True, "b": False, "c": False}


def test_a_status_from_before_the_hosts_were_started_does_not_count() -> None:
    told = answer(node("a", Ready="True"), lease("a"))
    assert ready_of(told, since=AT - 1) == {"a": True}
    assert ready_of(told, since=AT + 1) == {"a": False}
