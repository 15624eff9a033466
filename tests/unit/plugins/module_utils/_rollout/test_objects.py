# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects
from ansible_collections.steady.rollout.tests.unit import samples

Json = dict[str, t.Any]


def test_an_object_without_anything_answers_every_question() -> None:
    empty: dict[str, object] = {}
    assert (objects.name(empty), objects.uid(empty)) == ("", "")
    assert objects.annotations_of(empty) == objects.labels(empty) == objects.spec(empty) == objects.status(empty) == {}
    assert objects.condition(empty, "Ready") == {}
    assert not objects.terminating(empty)


@pytest.mark.parametrize("counters", [{}, {"replicas": None}, {"replicas": 0}])
def test_a_counter_that_is_not_there_is_zero(counters: dict[str, int]) -> None:
    assert objects.number(counters, "replicas") == 0


def test_the_controller_is_known_by_its_uid() -> None:
    assert objects.controlled_by(samples.POD, objects.uid(samples.REPLICA_SET))
    assert not objects.controlled_by(samples.POD, objects.uid(samples.DEPLOYMENT))


def test_an_owner_that_does_not_control_is_not_the_controller() -> None:
    owner = {**samples.POD["metadata"]["ownerReferences"][0], "controller": False}
    assert not objects.controlled_by({"metadata": {"ownerReferences": [owner]}}, owner["uid"])


def test_nothing_is_controlled_by_an_owner_without_a_uid() -> None:
    assert not objects.controlled_by({"metadata": {"ownerReferences": [{"controller": True, "uid": ""}]}}, "")


@pytest.mark.parametrize(
    ("changes", "active"),
    [
        ({}, True),
        ({"status": {"phase": "Pending"}}, True),
        ({"status": {"phase": "Failed", "reason": "Evicted"}}, False),
        ({"status": {"phase": "Succeeded"}}, False),
        ({"metadata": {"deletionTimestamp": "2026-11-23T10:00:09Z"}}, False),
    ],
)
def test_the_controller_counts_on_pods_that_have_neither_ended_nor_are_leaving(
    changes: dict[str, object], active: bool
) -> None:
    assert objects.active(samples.having(samples.POD, changes)) is active


def test_a_selector_is_written_whole_with_its_expressions() -> None:
    expressions = [
        {"key": "tier", "operator": "In", "values": ["web", "api"]},
        {"key": "env", "operator": "NotIn", "values": ["test"]},
        {"key": "team", "operator": "Exists"},
        {"key": "canary", "operator": "DoesNotExist"},
    ]
    workload = {"spec": {"selector": {"matchLabels": {"b": "2", "a": "1"}, "matchExpressions": expressions}}}
    assert objects.selector(workload) == "a=1,b=2,tier in (web,api),env notin (test),team,!canary"


def test_a_revision_and_its_workload_have_the_same_template() -> None:
    assert objects.template(samples.revision("1.0", 1)) == objects.template(samples.workload("1.0"))


def test_taking_the_template_leaves_the_object_alone() -> None:
    revision = samples.revision("1.0", 1)
    objects.template(revision)["metadata"]["labels"].clear()
    assert revision == samples.revision("1.0", 1)


def test_a_template_without_labels_but_the_hash_has_none() -> None:
    bare = {"spec": {"template": {"metadata": {"labels": {"pod-template-hash": "abc"}}}}}
    assert objects.template(bare) == {"metadata": {}}


def test_init_containers_have_images_too_after_the_main_ones() -> None:
    pod = {
        "spec": {
            "initContainers": [{"name": "migrate", "image": "m:1"}],
            "containers": [{"name": "app", "image": "a:1"}],
        }
    }
    assert list(objects.images(pod).items()) == [("app", "a:1"), ("migrate", "m:1")]


def test_a_pod_has_lapsed_when_it_was_ready_with_the_containers_that_run() -> None:
    running = {"name": "app", "state": {"running": {"startedAt": "2026-11-23T12:00:00Z"}}}
    crashed = {"name": "app", "state": {"waiting": {"reason": "CrashLoopBackOff"}}}

    def pod(since: str, status: str = "False", container: Json | None = None) -> Json:
        condition = {"type": "Ready", "status": status, "lastTransitionTime": since}
        return {"status": {"conditions": [condition], "containerStatuses": [container or running]}}

    assert objects.lapsed(pod("2026-11-23T12:05:00Z"))
    assert not objects.lapsed(pod("2026-11-23T11:59:59Z"))
    assert not objects.lapsed(pod("2026-11-23T12:05:00Z", status="True"))
    assert not objects.lapsed(pod("2026-11-23T12:05:00Z", container=crashed))
    assert not objects.lapsed({"status": {}})
