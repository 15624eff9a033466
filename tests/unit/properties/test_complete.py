# SPDX-License-Identifier: GPL-3.0-or-later
"""Missing or stale data is never done, whatever the rest says."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.steady.rollout.plugins.module_utils._rollout import kinds, objects
from ansible_collections.steady.rollout.tests.unit import samples
from ansible_collections.steady.rollout.tests.unit.properties.worlds import COMPLETE

Json = dict[str, t.Any]

NAMED: dict[str, tuple[str, ...]] = {
    "Deployment": ("observedGeneration", "replicas", "updatedReplicas", "availableReplicas"),
    "StatefulSet": (
        "observedGeneration",
        "replicas",
        "updatedReplicas",
        "readyReplicas",
        "availableReplicas",
        "currentRevision",
        "updateRevision",
    ),
    "DaemonSet": ("observedGeneration", "desiredNumberScheduled", "updatedNumberScheduled", "numberAvailable"),
}
"""The fields of the status without which a kind is not complete."""
FIELDS = [(kind, field) for kind, fields in NAMED.items() for field in fields]
COUNTS = st.integers(0, 5)


@pytest.mark.parametrize("kind", kinds.NAMES)
def test_the_world_is_complete_before_anything_is_taken_from_it(kind: str) -> None:
    assert COMPLETE[kind].judged().phase == "complete"


@pytest.mark.parametrize(("kind", "field"), FIELDS)
def test_a_named_field_that_is_missing_is_never_complete(kind: str, field: str) -> None:
    assert COMPLETE[kind].having({"status": {field: None}}).judged().phase != "complete"


# Of fewer nodes than there were a DaemonSet may well be complete.
@pytest.mark.parametrize(("kind", "field"), [each for each in FIELDS if each[1] != "desiredNumberScheduled"])
@given(data=st.data())
def test_a_named_field_that_is_stale_is_never_complete(kind: str, field: str, data: st.DataObject) -> None:
    present = COMPLETE[kind].workload["status"][field]
    stale = data.draw(st.text(max_size=3) if isinstance(present, str) else st.integers(-1, present - 1))
    assert COMPLETE[kind].having({"status": {field: stale}}).judged().phase != "complete"


@pytest.mark.parametrize("kind", kinds.NAMES)
@given(ahead=st.integers(1, 9))
def test_a_status_of_an_earlier_spec_is_never_complete(kind: str, ahead: int) -> None:
    generation = COMPLETE[kind].workload["metadata"]["generation"] + ahead
    assert COMPLETE[kind].having({"metadata": {"generation": generation}}).judged().phase != "complete"


@pytest.mark.parametrize("left", [0, 1])
@pytest.mark.parametrize("kind", kinds.NAMES)
def test_without_the_revision_of_the_wanted_template_it_is_never_complete(kind: str, left: int) -> None:
    world = COMPLETE[kind]
    assert replace(world, revisions=world.revisions[:left]).judged().phase != "complete"


@pytest.mark.parametrize("kind", kinds.NAMES)
@given(
    changes=st.sampled_from(
        [{"metadata": {"uid": "another"}}, {"spec": {"template": {"metadata": {"labels": {"a": "b"}}}}}]
    )
)
def test_what_is_no_longer_what_was_asked_for_is_lost(kind: str, changes: Json) -> None:
    verdict = COMPLETE[kind].having(changes).judged(aim=COMPLETE[kind].aim)
    assert (verdict.phase, verdict.lost) == ("failed", True)


@given(wanted=COUNTS, total=COUNTS, updated=COUNTS, available=COUNTS)
def test_a_deployment_is_complete_exactly_when_all_that_is_wanted_is_there_and_nothing_else(
    wanted: int, total: int, updated: int, available: int
) -> None:
    counts = {"replicas": total, "updatedReplicas": updated, "availableReplicas": available}
    world = COMPLETE["Deployment"].having({"spec": {"replicas": wanted}, "status": counts})
    assert (world.judged().phase == "complete") == (wanted == total == updated <= available)


@given(wanted=COUNTS, total=COUNTS, updated=COUNTS, ready=COUNTS, available=COUNTS, partition=COUNTS)
def test_a_stateful_set_is_never_complete_with_less_than_is_wanted(
    wanted: int, total: int, updated: int, ready: int, available: int, partition: int
) -> None:
    counts = {"replicas": total, "updatedReplicas": updated, "readyReplicas": ready, "availableReplicas": available}
    rolling = {"updateStrategy": {"rollingUpdate": {"partition": partition}}}
    verdict = COMPLETE["StatefulSet"].having({"spec": {"replicas": wanted, **rolling}, "status": counts}).judged()
    enough = total == wanted and ready >= wanted and available >= wanted and updated >= wanted - partition
    assert verdict.phase != "complete" or enough


@given(wanted=COUNTS, updated=COUNTS, available=COUNTS)
def test_a_daemon_set_is_complete_exactly_when_every_node_has_it(wanted: int, updated: int, available: int) -> None:
    counts = {"desiredNumberScheduled": wanted, "updatedNumberScheduled": updated, "numberAvailable": available}
    phase = COMPLETE["DaemonSet"].having({"status": counts}).judged().phase
    assert (phase == "complete") == (updated >= wanted and available >= wanted)


# The controller of a Deployment counts its old pods itself, and its count leads.
@pytest.mark.parametrize("kind", ["StatefulSet", "DaemonSet"])
@given(data=st.data())
def test_an_old_pod_that_is_still_there_is_seen_whatever_the_counts_say(kind: str, data: st.DataObject) -> None:
    world = COMPLETE[kind]
    which = data.draw(st.integers(0, len(world.pods) - 1))
    label = {"metadata": {"labels": {objects.REVISION_HASH: world.kind.identity(world.revisions[0])}}}
    pods = [samples.having(pod, label) if index == which else pod for index, pod in enumerate(world.pods)]
    assert replace(world, pods=tuple(pods)).judged().phase != "complete"
