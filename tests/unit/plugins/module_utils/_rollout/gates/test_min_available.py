# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates import min_available
from ansible_collections.steady.rollout.tests.unit import samples
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._rollout.gates import looks


def available(count: int) -> t.Any:
    return samples.rolling([samples.unready("2.0")], changes={"status": {"availableReplicas": count}})


def test_fewer_than_that_fails_it_in_the_middle_of_the_rollout() -> None:
    watch = looks.Watch(looks.one({"min_available": 3}))
    assert watch.look(1, available(3)).state == "holds"
    failed = watch.look(2, available(2))
    assert failed.state == "failed"
    assert failed.message == "only 2 of 3 pods available, while it rolled; there must never be fewer than 3"


def test_it_counts_from_when_the_number_is_first_reached() -> None:
    watch = looks.Watch(looks.one({"min_available": "50%"}))
    assert watch.look(1, available(0)).state == "waiting"
    assert watch.look(2, available(2)).state == "holds"
    assert watch.look(3, available(1)).state == "failed"


def test_it_goes_on_after_completion() -> None:
    watch = looks.Watch(looks.one({"min_available": {"count": 3, "during": False}}))
    assert watch.look(5, available(1)).state == "waiting"
    assert watch.look(10, looks.complete()).state == "holds"
    assert "2.0 s after it was complete" in watch.look(12, available(2)).message


@pytest.mark.parametrize(("count", "wanted", "needed"), [("2", 3, 2), ("50%", 3, 2), ("100%", 3, 3), ("1%", 3, 1)])
def test_a_percentage_is_rounded_up(count: str, wanted: int, needed: int) -> None:
    assert min_available.needed(count, wanted) == needed


def test_more_pods_than_there_will_be_can_never_hold() -> None:
    refusal = looks.refusal(looks.one({"min_available": 4}), samples.workload())
    assert refusal.startswith("4 pods can never be available, the workload has 3.")


def test_a_strategy_that_takes_more_away_can_never_hold() -> None:
    recreate = samples.workload(changes={"spec": {"strategy": {"type": "Recreate", "rollingUpdate": None}}})
    assert "takes 3 of its 3 away" in looks.refusal(looks.one({"min_available": 1}), recreate)
    assert not looks.refusal(looks.one({"min_available": 1}), recreate, rolls=False)
    assert not looks.refusal(looks.one({"min_available": {"count": 1, "during": False}}), recreate)


def test_a_strategy_that_surges_can_hold() -> None:
    assert not looks.refusal(looks.one({"min_available": "100%"}), samples.workload())


def test_a_manifest_that_has_never_been_applied_says_how_many_there_will_be() -> None:
    fresh = {"kind": "Deployment", "metadata": {"name": "app", "namespace": "shop"}, "spec": {"replicas": 2}}
    assert "the workload has 2" in looks.refusal(looks.one({"min_available": 3}), fresh, rolls=False)
    assert not looks.refusal(looks.one({"min_available": 2}), fresh, rolls=False)
    unknown = {"kind": "DaemonSet", "metadata": fresh["metadata"], "spec": {}}
    assert not looks.refusal(looks.one({"min_available": 3}), unknown, rolls=False)
    assert looks.refusal(looks.one({"min_available": 99}), samples.recorded("daemonset"), rolls=False)
