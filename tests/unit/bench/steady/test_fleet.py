# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from steady_bench import fleet
from steady_bench.row import NotPlayed


def rolled(name: str, version: str) -> dict[str, t.Any]:
    """A Deployment whose rollout to that version is complete."""
    counts = {"updatedReplicas": fleet.PODS, "replicas": fleet.PODS, "availableReplicas": fleet.PODS}
    found = fleet.deployment(name, "f", version)
    found["metadata"]["generation"] = 2
    return {**found, "status": {"observedGeneration": 2, **counts}}


def test_each_deployment_has_pods_of_its_own_on_nodes_of_the_fleet() -> None:
    one, other = (fleet.deployment(name, "f", "1.0") for name in fleet.names(2))
    labels = [item["spec"]["template"]["metadata"]["labels"] for item in (one, other)]
    assert one["spec"]["selector"]["matchLabels"].items() <= labels[0].items()
    assert not one["spec"]["selector"]["matchLabels"].items() <= labels[1].items()
    assert one["spec"]["template"]["spec"]["nodeSelector"].items() <= fleet.node("n", "f")["metadata"]["labels"].items()


def test_all_are_complete_at_the_moment_of_the_last_one() -> None:
    count = fleet.Count(t.cast(t.Any, Nowhere), "shop", "2.0", 2)
    for at, name, version in ((1.0, "a", "2.0"), (2.0, "b", "1.0"), (3.0, "a", "2.0"), (4.0, "b", "2.0")):
        with pytest.raises(NotPlayed, match=r"1 of 2|0 of 2"):
            count.wait(0)
        count._take(at, rolled(name, version))
    assert count.wait(0) == 4.0


class Nowhere:
    """A server that nobody asks."""

    host, port, tls = "fake.example", 443, None
