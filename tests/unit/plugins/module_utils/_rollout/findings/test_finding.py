# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings import finding
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Finding, Limits, View
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds import deployment
from ansible_collections.steady.rollout.tests.unit import samples


@pytest.mark.parametrize(
    ("pod", "container", "place"),
    [("app-1", "app", "pod app-1, container app"), ("app-1", "", "pod app-1"), ("", "", "")],
)
def test_a_place_names_what_is_known(pod: str, container: str, place: str) -> None:
    assert Finding("probe", "", "", pod=pod, container=container).place == place


def test_facts_leave_out_what_there_is_not() -> None:
    facts = Finding("quota", "quota is used up", "exceeded quota", severity="terminal").facts()
    assert facts == {"code": "quota", "severity": "terminal", "title": "quota is used up", "message": "exceeded quota"}


def test_two_sightings_are_the_same_whatever_their_words() -> None:
    assert (
        Finding("probe", "", "503", pod="a", container="c").key
        == Finding("probe", "", "500", pod="a", container="c").key
    )


def test_only_pods_that_are_wanted_and_not_ready_can_doom_a_rollout() -> None:
    leaving = samples.having(
        samples.unready("2.0", "leaving"), {"metadata": {"deletionTimestamp": "2026-11-23T10:00:09Z"}}
    )
    evicted = samples.having(samples.unready("2.0", "evicted"), {"status": {"phase": "Failed"}})
    stuck = samples.unready("2.0", "stuck")
    snapshot = samples.rolling([samples.pod("2.0", "ready"), leaving, evicted, stuck], old=[samples.unready("1.0")])
    assert list(View(deployment, snapshot, Limits()).pods()) == [stuck]


def test_containers_come_with_their_status_init_containers_first() -> None:
    pod = {
        "spec": {"initContainers": [{"name": "migrate"}], "containers": [{"name": "app"}, {"name": "later"}]},
        "status": {"initContainerStatuses": [{"name": "migrate"}], "containerStatuses": [{"name": "app"}]},
    }
    assert [container["name"] for container, _status in finding.containers(pod)] == ["migrate", "app"]


def test_the_last_exit_is_the_present_one_or_the_one_before() -> None:
    now, before = samples.terminated("Error", 1), samples.terminated("Error", 2)
    assert finding.last_exit({"state": now, "lastState": before})["exitCode"] == 1
    assert finding.last_exit({"state": samples.waiting("CrashLoopBackOff"), "lastState": before})["exitCode"] == 2
    assert finding.last_exit({"state": {"running": {}}, "lastState": {}}) == {}


def test_an_event_says_when_it_was_seen_first_and_last_however_it_is_written() -> None:
    old = {"reason": "Failed", "message": "no", "count": 3, "firstTimestamp": "10:00", "lastTimestamp": "10:01"}
    new = {"reason": "Failed", "message": "no", "eventTime": "10:00", "firstTimestamp": None, "count": None}
    assert finding.event_evidence(old) == {
        "reason": "Failed",
        "message": "no",
        "count": 3,
        "first_seen": "10:00",
        "last_seen": "10:01",
    }
    assert finding.event_evidence(new) == {
        "reason": "Failed",
        "message": "no",
        "count": 1,
        "first_seen": "10:00",
        "last_seen": "10:00",
    }


def test_an_event_of_the_newer_kind_says_when_it_was_seen_last_in_its_series() -> None:
    series = {"count": 7, "lastObservedTime": "2026-11-23T10:05:00.000000Z"}
    event = {"eventTime": "2026-11-23T10:00:00.000000Z", "series": series}
    assert finding.event_evidence(event)["last_seen"] == "2026-11-23T10:05:00.000000Z"
    assert finding.event_evidence(event)["count"] == 7


def test_the_latest_event_is_the_one_seen_last_however_it_is_written() -> None:
    old, new = {"lastTimestamp": "2026-11-23T10:00:00Z"}, {"eventTime": "2026-11-23T10:00:00.500000Z"}
    assert finding.latest([new, old]) == new
    assert finding.latest([{}, old]) == old
    assert finding.latest([]) is None


@pytest.mark.parametrize(("policy", "once"), [({}, True), ({"restartPolicy": "Always"}, False)])
def test_an_init_container_runs_once_unless_it_is_a_sidecar(policy: dict[str, str], once: bool) -> None:
    container = {"name": "proxy", **policy}
    assert finding.runs_once({"spec": {"initContainers": [container]}}, container) is once
    assert not finding.runs_once({"spec": {"initContainers": [container]}}, {"name": "app"})


def test_what_was_said_about_a_container_is_not_taken_for_another() -> None:
    pod = samples.unready("2.0")
    view = View(deployment, samples.rolling([pod], [samples.event(pod, "BackOff", "back-off", "app")]), Limits())
    assert finding.said(view, pod, "BackOff", "app")["event"]["message"] == "back-off"
    assert finding.said(view, pod, "BackOff", "proxy") == {}
    assert finding.said(view, pod, "BackOff") == {}
    assert finding.said(view, pod, "Failed", "app") == {}
