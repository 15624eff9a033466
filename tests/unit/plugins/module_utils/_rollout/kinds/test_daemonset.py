# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, objects, resources
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds import daemonset
from ansible_collections.steady.rollout.tests.unit import samples, sets

Json = dict[str, t.Any]

BY_HAND = {"updateStrategy": {"type": "OnDelete", "rollingUpdate": None}}
LEAVING = {"metadata": {"deletionTimestamp": "2026-11-23T10:00:09Z"}}


def pod(version: str, node: str, *, ready: bool = True, changes: Json | None = None) -> Json:
    return sets.pod("daemonset", version, node, ready=ready, changes=changes)


def test_it_is_complete_when_everything_holds() -> None:
    status = daemonset.judge(sets.everywhere())
    assert (status.complete, status.message) == (True, "2 of 2 nodes have an available pod")
    assert (status.wanted, status.new_ready, status.old, status.available) == (2, 2, 0, 2)


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"metadata": {"generation": 3}}, "waiting for the controller to see the new spec"),
        ({"status": None}, "waiting for the controller to see the new spec"),
        ({"status": {"updatedNumberScheduled": 1}}, "1 of 2 nodes have an updated pod"),
        ({"status": {"updatedNumberScheduled": None}}, "0 of 2 nodes have an updated pod"),
        ({"status": {"numberAvailable": 1}}, "1 of 2 nodes have an available pod"),
        ({"status": {"numberAvailable": None}}, "0 of 2 nodes have an available pod"),
        ({"status": {"desiredNumberScheduled": 3}}, "2 of 3 nodes have an updated pod"),
    ],
)
def test_it_is_not_complete_while_something_is_missing(changes: Json, missing: str) -> None:
    status = daemonset.judge(sets.everywhere(changes))
    assert not status.complete
    assert missing in status.message


def test_it_waits_for_the_revision_of_its_template() -> None:
    snapshot = daemonset.gather(sets.DAEMON, ([sets.DAEMON_SET], [sets.revision("daemonset", "1.0", 1)], (), ()))
    assert daemonset.judge(snapshot).message == "waiting for the ControllerRevision of the new template"


def test_an_old_pod_that_the_counts_have_forgotten_is_seen_unless_it_leaves() -> None:
    new = [pod("2.0", "a"), pod("2.0", "b")]
    assert daemonset.judge(sets.everywhere(pods=[*new, pod("1.0", "b")])).message == "1 old pods are still there"
    assert daemonset.judge(sets.everywhere(pods=[*new, pod("1.0", "b", changes=LEAVING)])).complete


def test_the_controller_may_know_of_a_ready_pod_first() -> None:
    status = daemonset.judge(sets.everywhere(pods=[pod("2.0", "a"), pod("2.0", "b", ready=False)]))
    assert (status.complete, str(status)) == (True, "2/2 new ready, 0 old left")


def test_under_on_delete_old_pods_wait_for_people_who_delete_them() -> None:
    snapshot = sets.everywhere(
        {"spec": BY_HAND, "status": {"updatedNumberScheduled": 1}}, [pod("2.0", "a"), pod("1.0", "b")]
    )
    assert daemonset.judge(snapshot).message == "waiting for manual deletion of 1 pod: web-b"
    assert daemonset.judge(sets.everywhere({"spec": BY_HAND})).complete


def test_no_node_for_it_is_complete() -> None:
    counts = dict.fromkeys(("desiredNumberScheduled", "updatedNumberScheduled", "numberAvailable"), 0)
    assert daemonset.judge(sets.everywhere({"status": counts}, [])).complete


def test_one_that_is_gone_is_not_complete() -> None:
    assert not daemonset.judge(daemonset.gather(sets.DAEMON, ((), (), (), ()))).complete


def test_a_node_that_is_not_ready_holds_it_up() -> None:
    counts = {"updatedNumberScheduled": 1, "numberAvailable": 1}
    assert not daemonset.judge(sets.everywhere({"status": counts}, [pod("2.0", "a"), pod("1.0", "b")])).complete


@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_a_node_that_is_not_ready_can_be_left_out(version: str) -> None:
    counts = {"updatedNumberScheduled": 1 if version == "1.0" else 2, "numberAvailable": 1}
    pods = [pod("2.0", "a"), pod(version, "b", ready=False)]
    nodes = [sets.node("a"), sets.node("b", ready=False)]
    snapshot = sets.everywhere({"status": counts}, pods, nodes)
    status = daemonset.judge(snapshot)
    assert (status.complete, status.message) == (True, "1 of 1 nodes have an available pod (without b)")
    assert [objects.name(item) for item in snapshot.left_out] == ["web-b"]


TAINTS = [
    {"key": "node.kubernetes.io/unreachable", "effect": "NoSchedule"},
    {"key": "node.kubernetes.io/unreachable", "effect": "NoExecute"},
]


@pytest.mark.parametrize(
    ("toleration", "counted"),
    [
        ({"operator": "Exists"}, True),
        ({"operator": "Exists", "key": "node.kubernetes.io/unreachable"}, True),
        ({"operator": "Exists", "key": "node.kubernetes.io/unreachable", "effect": "NoExecute"}, False),
        ({"operator": "Exists", "key": "node.kubernetes.io/not-ready"}, False),
        ({"key": "node.kubernetes.io/unreachable", "value": "other"}, False),
    ],
)
def test_a_node_that_the_controller_does_not_count_is_not_taken_off(toleration: Json, counted: bool) -> None:
    """Node c is dead; whether the three wanted pods include the one on it depends on the taints that the pod tolerates."""
    dead = samples.having(sets.node("c", ready=False), {"spec": {"taints": TAINTS}})
    on_it = pod("1.0", "c", ready=False, changes={"spec": {"tolerations": [toleration]}})
    counts = {"desiredNumberScheduled": 3, "updatedNumberScheduled": 2, "numberAvailable": 2}
    pods = [pod("2.0", "a"), pod("2.0", "b"), on_it]
    snapshot = sets.everywhere({"status": counts}, pods, [sets.node("a"), sets.node("b"), dead])
    assert (daemonset.judge(snapshot).complete, snapshot.old_pods) == (counted, ())


def test_leaving_a_node_out_never_makes_up_for_a_ready_one() -> None:
    """Only b's pod is updated and available, and b is what is left out."""
    counts = {"updatedNumberScheduled": 1, "numberAvailable": 1}
    pods = [pod("1.0", "a", ready=False), pod("2.0", "b")]
    nodes = [sets.node("a"), sets.node("b", ready=False)]
    assert not daemonset.judge(sets.everywhere({"status": counts}, pods, nodes)).complete


def test_with_every_node_ready_nothing_is_left_out() -> None:
    assert sets.everywhere(nodes=[sets.node("a"), sets.node("b")]) == sets.everywhere()


def test_nodes_are_read_only_when_they_are_wanted() -> None:
    assert resources.NODE not in {scope.resource for scope in daemonset.scopes(sets.DAEMON_SET)}
    assert daemonset.scopes(sets.DAEMON_SET, nodes=True)[-1] == resources.Scope(resources.NODE, "")
    assert [scope.resource.kind for scope in daemonset.scopes(sets.DAEMON_SET)] == [
        "DaemonSet",
        "ControllerRevision",
        "Pod",
        "Event",
    ]


def test_it_cannot_be_paused_and_says_what_to_do_instead() -> None:
    with pytest.raises(errors.Refused, match="cannot be paused.*on_failure: keep"):
        daemonset.pause_patch(sets.DAEMON_SET, True)
    assert not daemonset.paused(sets.DAEMON_SET)
    assert daemonset.refusal(sets.DAEMON_SET) == ""


@pytest.mark.parametrize(
    ("rolling", "surge"),
    [
        ({}, (0, 1)),
        ({"maxSurge": 1, "maxUnavailable": 0}, (1, 0)),
        ({"maxSurge": 0, "maxUnavailable": "60%"}, (0, 2)),
    ],
)
def test_percentages_are_rounded_up(rolling: Json, surge: tuple[int, int]) -> None:
    changed = samples.having(sets.DAEMON_SET, {"spec": {"updateStrategy": {"rollingUpdate": rolling}}})
    assert daemonset.surge(changed) == surge


def test_under_on_delete_all_may_be_missing() -> None:
    assert daemonset.surge(samples.having(sets.DAEMON_SET, {"spec": BY_HAND})) == (0, 2)


def test_no_pod_of_it_stands_in_the_way_of_another() -> None:
    assert daemonset.stuck(sets.everywhere(pods=[pod("1.0", "a", ready=False)])) == ()
    assert daemonset.ONE_IS_ENOUGH
