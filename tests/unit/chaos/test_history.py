# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.steady.rollout.tests.unit.samples import having, recorded, with_image
from chaos_trials.history import Sighting, events, goes_along, is_complete, path, sighting, was_complete

KINDS = ("routed_deployment", "statefulset", "daemonset")
SEEN = [
    Sighting(10.0, "1.0", complete=True, order=1),
    Sighting(12.0, "2.0", complete=False, order=2),
    Sighting(15.0, "2.0", complete=True, order=3),
    Sighting(16.0, "2.0", complete=True, order=4),
]


def test_events_are_read_as_kubectl_prints_them() -> None:
    told: list[t.Any] = [{"type": "ADDED", "object": {"a": [{}, {"b": "}"}]}}, {"type": "MODIFIED", "object": {}}]
    printed = "".join(json.dumps(event) + "\n" for event in told)
    assert list(events(printed.splitlines(keepends=True))) == told
    assert list(events(printed[:-2].splitlines(keepends=True))) == told[:1]


@pytest.mark.parametrize("kind", KINDS)
def test_a_recorded_workload_that_runs_is_complete(kind: str) -> None:
    assert is_complete(recorded(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_one_whose_controller_has_not_looked_yet_is_not(kind: str) -> None:
    workload = recorded(kind)
    assert not is_complete(having(workload, {"metadata": {"generation": workload["metadata"]["generation"] + 1}}))
    assert not is_complete(having(workload, {"status": None}))


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        ("routed_deployment", "replicas"),
        ("routed_deployment", "updatedReplicas"),
        ("routed_deployment", "availableReplicas"),
        ("statefulset", "availableReplicas"),
        ("daemonset", "updatedNumberScheduled"),
        ("daemonset", "numberAvailable"),
    ],
)
def test_one_with_another_count_is_not(kind: str, count: str) -> None:
    workload = recorded(kind)
    assert not is_complete(having(workload, {"status": {count: workload["status"][count] + 1}}))
    assert not is_complete(having(workload, {"status": {count: None}}))


def test_the_version_is_that_of_the_pod_template() -> None:
    workload = having(recorded("routed_deployment"), {"metadata": {"resourceVersion": "17", "managedFields": []}})
    assert sighting(with_image(workload, "2.1"), 5.0) == Sighting(5.0, "2.1", True, 3, 17)


def test_what_is_heard_of_late_was_so_when_it_was_written() -> None:
    times = [{"time": "2026-11-23T20:59:11Z"}, {"time": "2026-11-23T20:59:08Z"}, {}]
    workload = having(recorded("routed_deployment"), {"metadata": {"managedFields": times}})
    eleven = 1795467551.0
    assert [sighting(workload, eleven + late).at - eleven for late in (0.5, 3.0)] == [0.5, 1.0]


def test_the_api_servers_order_counts_not_that_of_the_news() -> None:
    late = [Sighting(11.0, "2.0", True, order=7), Sighting(10.9, "2.1", False, order=8)]
    assert path(late[::-1]) == ("2.0", "2.1")


def test_the_way_has_each_change_once_in_the_order_of_time() -> None:
    assert path(SEEN) == path(SEEN[::-1]) == ("1.0", "2.0")
    assert path([*SEEN, Sighting(20.0, "1.0", complete=False, order=5)]) == ("1.0", "2.0", "1.0")


def test_complete_counts_only_with_that_version_and_in_that_time() -> None:
    assert was_complete(SEEN, "2.0", 11.0, 15.5)
    assert not was_complete(SEEN, "2.0", 11.0, 14.9)
    assert not was_complete(SEEN, "1.0", 13.0, 16.0)
    assert not was_complete(SEEN, "2.1", 0.0, 99.0)


def test_what_is_complete_stays_so_until_something_else_is_seen() -> None:
    assert was_complete(SEEN, "1.0", 11.0, 13.0)
    assert was_complete(SEEN, "2.0", 20.0, 30.0)
    assert not was_complete(SEEN[:2], "2.0", 20.0, 30.0)


def test_a_watch_may_miss_a_version_but_not_see_another() -> None:
    assert goes_along(("1.0", "1.0"), ("1.0", "9.9", "1.0"))
    assert not goes_along(("1.0", "2.0", "1.0"), ("1.0", "2.0"))
    assert not goes_along(("1.0", "2.1"), ("1.0", "9.9", "1.0"))
