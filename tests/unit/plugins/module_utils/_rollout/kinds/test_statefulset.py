# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, objects, resources
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds import statefulset
from ansible_collections.steady.rollout.tests.unit import samples, sets

Json = dict[str, t.Any]

BY_HAND = {"updateStrategy": {"type": "OnDelete", "rollingUpdate": None}}


def partitioned(number: int) -> Json:
    return {"updateStrategy": {"rollingUpdate": {"partition": number}}}


def pod(version: str, ordinal: int, *, ready: bool = True, changes: Json | None = None) -> Json:
    return sets.pod("statefulset", version, str(ordinal), ready=ready, changes=changes)


def test_it_is_complete_when_everything_holds() -> None:
    status = statefulset.judge(sets.ordered())
    assert (status.complete, status.message) == (True, "3 of 3 pods are available")
    assert (status.wanted, status.new_ready, status.old, status.available) == (3, 3, 0, 3)


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"metadata": {"generation": 3}}, "waiting for the controller to see the new spec"),
        ({"status": {"observedGeneration": None}}, "waiting for the controller to see the new spec"),
        ({"status": None}, "waiting for the controller to see the new spec"),
        ({"status": {"updateRevision": None}}, "waiting for the ControllerRevision"),
        ({"status": {"updateRevision": "app-hash10"}}, "waiting for the ControllerRevision"),
        ({"status": {"replicas": 2}}, "2 of 3 pods exist"),
        ({"status": {"replicas": None}}, "0 of 3 pods exist"),
        ({"spec": {"replicas": 2}}, "1 pods are more than wanted"),
        ({"status": {"updatedReplicas": 2}}, "2 of 3 pods are updated"),
        ({"status": {"updatedReplicas": None}}, "0 of 3 pods are updated"),
        ({"status": {"readyReplicas": 2}}, "2 of 3 pods are ready"),
        ({"status": {"readyReplicas": None}}, "0 of 3 pods are ready"),
        ({"status": {"availableReplicas": 2}}, "2 of 3 pods are available"),
        ({"status": {"availableReplicas": None}}, "0 of 3 pods are available"),
        ({"status": {"currentRevision": "app-hash10"}}, "waiting for the controller to end the update"),
        ({"status": {"currentRevision": None}}, "waiting for the controller to end the update"),
    ],
)
def test_it_is_not_complete_while_something_is_missing(changes: Json, missing: str) -> None:
    status = statefulset.judge(sets.ordered(changes))
    assert not status.complete
    assert missing in status.message


def test_an_old_pod_that_the_counts_have_forgotten_is_seen() -> None:
    status = statefulset.judge(sets.ordered(pods=[pod("1.0", 0), pod("2.0", 1), pod("2.0", 2)]))
    assert (status.complete, status.message, status.old) == (False, "1 old pods are still there", 1)


def test_a_partition_keeps_the_first_pods_on_the_old_revision() -> None:
    counts = {"updatedReplicas": 1, "currentRevision": "app-hash10"}
    pods = [pod("1.0", 0), pod("1.0", 1), pod("2.0", 2)]
    status = statefulset.judge(sets.ordered({"spec": partitioned(2), "status": counts}, pods))
    assert (status.complete, status.old) == (True, 0)
    assert status.message == "3 of 3 pods are available, 1 of them updated as partition 2 wants"


def test_a_partition_is_not_reached_by_pods_of_the_wrong_ordinal() -> None:
    pods = [pod("2.0", 0), pod("1.0", 1), pod("1.0", 2)]
    status = statefulset.judge(sets.ordered({"spec": partitioned(2), "status": {"updatedReplicas": 1}}, pods))
    assert (status.complete, status.message) == (False, "1 old pods are still there")


def test_a_partition_beyond_the_replicas_wants_no_pod_updated() -> None:
    pods = [pod("1.0", which) for which in range(3)]
    counts = {"updatedReplicas": None, "currentRevision": "app-hash10"}
    assert statefulset.judge(sets.ordered({"spec": partitioned(9), "status": counts}, pods)).complete


def test_ordinals_may_start_elsewhere() -> None:
    pods = [pod("1.0", 10), pod("2.0", 11), pod("2.0", 12)]
    changes = {"spec": {**partitioned(1), "ordinals": {"start": 10}}, "status": {"updatedReplicas": 2}}
    assert statefulset.judge(sets.ordered(changes, pods)).complete


def test_ready_for_a_moment_is_not_available() -> None:
    """kubectl's own rollout status forgets minReadySeconds here."""
    status = statefulset.judge(sets.ordered({"spec": {"minReadySeconds": 5}, "status": {"availableReplicas": 1}}))
    assert (status.complete, status.message) == (False, "1 of 3 pods are available")


def test_under_on_delete_old_pods_wait_for_people_who_delete_them() -> None:
    changes = {"spec": BY_HAND, "status": {"updatedReplicas": 1, "currentRevision": "app-hash10"}}
    status = statefulset.judge(sets.ordered(changes, [pod("1.0", 0), pod("1.0", 1), pod("2.0", 2)]))
    assert not status.complete
    assert status.message == "waiting for manual deletion of 2 pods: app-0, app-1"


def test_what_is_being_deleted_under_on_delete_waits_for_nobody() -> None:
    leaving = pod("1.0", 0, changes={"metadata": {"deletionTimestamp": "2026-11-23T10:00:09Z"}})
    changes = {"spec": BY_HAND, "status": {"updatedReplicas": 2}}
    status = statefulset.judge(sets.ordered(changes, [leaving, pod("2.0", 1), pod("2.0", 2)]))
    assert (status.complete, status.message) == (False, "2 of 3 pods are updated")


def test_under_on_delete_it_is_complete_without_an_old_pod_whatever_the_current_revision_says() -> None:
    changes = {"spec": BY_HAND, "status": {"currentRevision": "app-hash10"}}
    assert statefulset.judge(sets.ordered(changes)).complete


def test_a_set_of_no_pods_is_complete() -> None:
    counts = dict.fromkeys(("replicas", "updatedReplicas", "readyReplicas", "availableReplicas"))
    assert statefulset.judge(sets.ordered({"spec": {"replicas": 0}, "status": counts}, [])).complete


def test_one_that_is_gone_is_not_complete() -> None:
    assert not statefulset.judge(statefulset.gather(sets.ORDERED, ((), (), (), ()))).complete


def test_pods_belong_by_uid_and_are_new_by_hash() -> None:
    stranger = pod("2.0", 1)
    stranger["metadata"]["ownerReferences"][0]["uid"] = "another-set"
    snapshot = sets.ordered(pods=[pod("2.0", 0), stranger, pod("1.0", 2)])
    assert [objects.name(item) for item in snapshot.new_pods] == ["app-0"]
    assert [objects.name(item) for item in snapshot.old_pods] == ["app-2"]


def test_what_is_watched() -> None:
    scopes = statefulset.scopes(sets.STATEFUL_SET)
    labels = objects.selector(sets.STATEFUL_SET)
    assert scopes == (
        resources.Scope(resources.STATEFUL_SET, "shop", fields="metadata.name=app"),
        resources.Scope(resources.CONTROLLER_REVISION, "shop", labels=labels),
        resources.Scope(resources.POD, "shop", labels=labels),
        resources.Scope(resources.EVENT, "shop", fields="type=Warning"),
    )


def test_an_old_pod_that_is_not_ready_stands_in_the_way_the_last_one_first() -> None:
    pods = [pod("1.0", 0), pod("1.0", 1, ready=False), pod("1.0", 2, ready=False)]
    assert [objects.name(item) for item in statefulset.stuck(sets.ordered(pods=pods))] == ["app-2", "app-1"]


@pytest.mark.parametrize(
    ("changes", "pods"),
    [
        ({}, [pod("1.0", 2)]),
        ({}, [pod("2.0", 2, ready=False)]),
        ({}, [pod("1.0", 2, ready=False, changes={"metadata": {"deletionTimestamp": "2026-11-23T10:00:09Z"}})]),
        ({}, [pod("1.0", 2, ready=False, changes={"status": {"phase": "Failed"}})]),
        ({"metadata": {"generation": 3}}, [pod("1.0", 2, ready=False)]),
        ({"spec": {"podManagementPolicy": "Parallel"}}, [pod("1.0", 2, ready=False)]),
        ({"spec": BY_HAND}, [pod("1.0", 2, ready=False)]),
        ({"spec": partitioned(2)}, [pod("1.0", 1, ready=False)]),
    ],
    ids=["ready", "new", "leaving", "ended", "not observed", "parallel", "on delete", "kept by the partition"],
)
def test_nothing_else_stands_in_the_way(changes: Json, pods: list[Json]) -> None:
    assert statefulset.stuck(sets.ordered(changes, pods)) == ()


def test_a_pause_keeps_every_pod_and_remembers_the_partition() -> None:
    assert statefulset.pause_patch(samples.having(sets.STATEFUL_SET, {"spec": partitioned(1)}), True) == {
        "metadata": {"annotations": {"steady.rollout/partition": "1"}},
        "spec": {"updateStrategy": {"rollingUpdate": {"partition": 3}}},
    }


def test_pausing_and_resuming_ends_where_it_began() -> None:
    before = samples.having(sets.STATEFUL_SET, {"spec": partitioned(1)})
    paused = samples.having(before, statefulset.pause_patch(before, True))
    twice = samples.having(paused, statefulset.pause_patch(paused, True))
    assert (statefulset.paused(before), statefulset.paused(paused), twice == paused) == (False, True, True)
    resumed = samples.having(twice, statefulset.pause_patch(twice, False))
    assert resumed["spec"] == before["spec"]
    assert not statefulset.paused(resumed)


def test_a_paused_set_is_never_complete_and_says_how_to_go_on() -> None:
    patch = statefulset.pause_patch(sets.STATEFUL_SET, True)
    assert statefulset.judge(sets.ordered(patch)).message == "it is paused; resume it to let it roll"
    refusal = statefulset.refusal(samples.having(sets.STATEFUL_SET, patch))
    assert "kubectl -n shop patch statefulset app --type merge -p '{" in refusal
    command = json.loads(refusal.rpartition("-p '")[2].rstrip("'"))
    assert command["spec"] == {"updateStrategy": {"rollingUpdate": {"partition": 0}}}
    assert command["metadata"] == {"annotations": {"steady.rollout/partition": None}}


def test_under_on_delete_there_is_nothing_to_pause() -> None:
    with pytest.raises(errors.Refused, match="OnDelete, so nothing rolls by itself"):
        statefulset.pause_patch(samples.having(sets.STATEFUL_SET, {"spec": BY_HAND}), True)


@pytest.mark.parametrize(
    ("changes", "surge"),
    [
        ({}, (0, 1)),
        ({"spec": {"updateStrategy": {"rollingUpdate": {"maxUnavailable": 2}}}}, (0, 2)),
        ({"spec": {"updateStrategy": {"rollingUpdate": {"maxUnavailable": "10%"}}}}, (0, 1)),
        ({"spec": BY_HAND}, (0, 3)),
    ],
)
def test_it_has_no_surge(changes: Json, surge: tuple[int, int]) -> None:
    assert statefulset.surge(samples.having(sets.STATEFUL_SET, changes)) == surge
