# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates import restarts_below
from ansible_collections.steady.rollout.tests.unit import samples
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._rollout.gates import looks


def restarted(name: str, count: int) -> dict[str, t.Any]:
    pod = samples.pod("2.0", name)
    pod["status"]["containerStatuses"][0]["restartCount"] = count
    return pod


def test_restarts_of_all_new_pods_count_together() -> None:
    watch = looks.Watch(looks.one({"restarts_below": 3}))
    watch.look(1, looks.ROLLING)
    assert watch.look(12, looks.complete(restarted("a", 1), restarted("b", 1))).state == "holds"
    failed = watch.look(13, looks.complete(restarted("a", 1), restarted("b", 2)))
    assert failed.state == "failed"
    assert failed.message.startswith("3 restarts of the new pods' containers, fewer than 3 are allowed (most in pod ")
    assert failed.measurement["restarts"] == 3


def test_it_is_judged_while_rolling_too() -> None:
    rolling = samples.rolling([samples.unready("2.0", "a", restartCount=1)])
    assert looks.Watch(looks.one({"restarts_below": 1})).look(5, rolling).state == "failed"
    assert looks.Watch(looks.one({"restarts_below": {"count": 1, "during": False}})).look(5, rolling).state == "waiting"


def test_restarts_of_old_pods_do_not_count() -> None:
    rolling = samples.rolling([restarted("a", 0)], old=[samples.pod("1.0")])
    rolling.old_pods[0]["status"]["containerStatuses"][0]["restartCount"] = 9
    assert looks.Watch(looks.one({"restarts_below": 1})).look(5, rolling).state == "holds"


def test_init_containers_count_and_a_pod_without_status_has_none() -> None:
    status = {"initContainerStatuses": [{"restartCount": 2}], "containerStatuses": [{"restartCount": 1}, {}]}
    assert restarts_below.restarts({"status": status}) == 3
    assert restarts_below.restarts({}) == 0


def test_restarts_before_the_first_look_count_only_of_pods_that_are_not_ready() -> None:
    watch = looks.Watch(looks.one({"restarts_below": 1}), completed=0.0)
    assert watch.look(0, looks.complete(restarted("a", 7))).state == "holds"
    assert watch.look(1, looks.complete(restarted("a", 8))).state == "failed"
    resumed = samples.rolling([samples.unready("2.0", "a", restartCount=1)])
    assert looks.Watch(looks.one({"restarts_below": 1})).look(0, resumed).state == "failed"


def test_a_look_before_the_controller_has_seen_the_change_counts_as_the_first() -> None:
    pods = [restarted("a", 7)]
    changes = {"status": {"observedGeneration": 1}}
    unseen = samples.snapshot(samples.workload("2.0", 2, changes), [samples.revision("2.0", 2)], pods)
    watch = looks.Watch(looks.one({"restarts_below": 1}))
    watch.look(0, unseen)
    assert watch.look(12, looks.complete(*pods)).state == "holds"
