# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.lab.demo_story.cluster import is_complete

GOOD: dict[str, t.Any] = {
    "metadata": {"generation": 4},
    "spec": {"replicas": 5, "template": {"spec": {"containers": [{"image": "r/app:2.0"}]}}},
    "status": {"observedGeneration": 4, "replicas": 5, "updatedReplicas": 5, "availableReplicas": 5},
}


def test_a_deployment_is_complete_when_only_the_wanted_image_runs() -> None:
    assert is_complete(GOOD, "r/app:2.0")
    assert not is_complete(GOOD, "r/app:1.0")


@pytest.mark.parametrize(
    "status", [{"observedGeneration": 3}, {"replicas": 6}, {"updatedReplicas": 4}, {"availableReplicas": 4}]
)
def test_a_deployment_on_its_way_is_not_complete(status: dict[str, int]) -> None:
    assert not is_complete({**GOOD, "status": {**GOOD["status"], **status}}, "r/app:2.0")


def test_a_deployment_without_a_status_is_not_complete() -> None:
    assert not is_complete({**GOOD, "status": {}}, "r/app:2.0")
