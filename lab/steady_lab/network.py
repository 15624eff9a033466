# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's own network: one bridge, reachable from this machine and from nowhere else."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterable, Mapping
from typing import Any

from steady_lab import settings
from steady_lab.commands import run, succeeds
from steady_lab.errors import Refusal


def bridge_exists() -> bool:
    return succeeds("ip", "link", "show", settings.BRIDGE)


def in_the_way(routes: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The first route, as `ip -json` describes it, that leads some of the lab's range elsewhere than to the lab."""
    wanted = ipaddress.ip_network(settings.NETWORK)
    for route in routes:
        if route.get("dev") in (settings.BRIDGE, None) or route["dst"] == "default":
            continue
        if route.get("type") in ("broadcast", "multicast"):
            continue
        if ipaddress.ip_network(route["dst"], strict=False).overlaps(wanted):
            return route
    return None


def refuse_foreign_range() -> None:
    """Refuse when another interface of this machine already has an address or a route in the lab's range."""
    route = in_the_way(json.loads(run("ip", "-json", "-4", "route", "show", "table", "all") or "[]"))
    if route is not None:
        raise Refusal(
            f"The lab needs the range {settings.NETWORK}, which {route['dev']} of this machine uses already"
            f" (route to {route['dst']})."
        )


def up() -> bool:
    """Make sure that the bridge is there with its address; whether anything had to be done."""
    changed = False
    if not bridge_exists():
        run("ip", "link", "add", settings.BRIDGE, "type", "bridge")
        changed = True
    wanted = f"{settings.GATEWAY}/{settings.PREFIX_LENGTH}"
    if f"inet {wanted} " not in run("ip", "-4", "addr", "show", "dev", settings.BRIDGE):
        run("ip", "addr", "add", wanted, "dev", settings.BRIDGE)
        changed = True
    run("ip", "link", "set", settings.BRIDGE, "up")
    return changed


def down() -> bool:
    """Remove the bridge; whether there was one."""
    if not bridge_exists():
        return False
    run("ip", "link", "delete", settings.BRIDGE)
    return True
