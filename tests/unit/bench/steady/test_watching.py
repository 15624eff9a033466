# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import json
import typing as t

import pytest

from steady_bench.watching import complete, completed, first


def deployment(image: str = "app:2.0", **status: int) -> dict[str, t.Any]:
    counts = {"observedGeneration": 4, "updatedReplicas": 3, "replicas": 3, "availableReplicas": 3}
    return {
        "kind": "Deployment",
        "metadata": {"generation": 4},
        "spec": {"replicas": 3, "template": {"spec": {"containers": [{"image": image}]}}},
        "status": {**counts, **status},
    }


def test_complete_is_what_kubectl_calls_so() -> None:
    assert complete(deployment(), "app:2.0")


@pytest.mark.parametrize(
    "status", [{"observedGeneration": 3}, {"updatedReplicas": 2}, {"replicas": 4}, {"availableReplicas": 2}]
)
def test_what_is_missing_is_not_complete(status: dict[str, int]) -> None:
    assert not complete(deployment(**status), "app:2.0")


def test_the_version_before_is_not_the_one_that_is_waited_for() -> None:
    assert not complete(deployment("app:1.0"), "app:2.0")


def test_the_first_moment_at_which_it_is_complete_counts() -> None:
    fresh = copy.deepcopy(deployment())
    del fresh["status"]
    seen = [(1.0, fresh), (2.0, {"kind": "Pod"}), (3.0, deployment(updatedReplicas=1)), (4.0, deployment())]
    assert completed([*seen, (5.0, deployment())], "app:2.0") == 4.0
    assert completed(seen, "app:9.9") is None


def test_a_sign_counts_from_when_it_can_be_meant() -> None:
    seen = [(1.0, {"reason": "BackOff"}), (2.0, {"reason": "Pulled"}), (3.0, {"status": {"reason": "BackOff"}})]
    assert first(seen, '"reason": "BackOff"', since=1.5) == 3.0
    assert first(seen, json.dumps("Failed"), since=0.0) is None
