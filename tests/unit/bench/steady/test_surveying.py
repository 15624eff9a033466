# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from steady_bench.surveying import WORKLOADS, fleet


def test_a_fleet_is_a_thousand_of_one_pod_each_that_no_scheduler_moves() -> None:
    made = fleet()
    assert len({item["metadata"]["name"] for item in made}) == WORKLOADS == 1000
    assert {item["spec"]["replicas"] for item in made} == {1}
    assert {item["spec"]["template"]["spec"]["schedulerName"] for item in made} == {"nobody"}
    assert all(
        item["spec"]["selector"]["matchLabels"] == item["spec"]["template"]["metadata"]["labels"] for item in made
    )
