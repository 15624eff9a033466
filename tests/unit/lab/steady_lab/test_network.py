# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from steady_lab.network import in_the_way


@pytest.mark.parametrize(
    "route",
    [
        {"dst": "default", "gateway": "192.0.2.1", "dev": "eth0"},
        {"dst": "192.0.2.0/24", "dev": "eth0"},
        {"dst": "10.77.0.0/24", "dev": "steady0"},
        {"type": "broadcast", "dst": "10.77.0.255", "dev": "eth1"},
    ],
)
def test_routes_of_others_and_of_the_lab_itself_are_no_hindrance(route: dict[str, str]) -> None:
    assert in_the_way([route]) is None


@pytest.mark.parametrize("dst", ["10.77.0.0/16", "10.0.0.0/8", "10.77.0.11", "10.77.0.128/25"])
def test_a_route_elsewhere_into_the_labs_range_is_told(dst: str) -> None:
    route = {"dst": dst, "dev": "vpn0"}
    assert in_the_way([{"dst": "default", "dev": "eth0"}, route]) == route
