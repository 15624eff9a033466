# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import Resource
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference, Snapshot
from ansible_collections.steady.rollout.plugins.module_utils._rollout.status import Status
from ansible_collections.steady.rollout.plugins.module_utils._rollout.unrolled import Unrolled
from ansible_collections.steady.rollout.tests.unit import samples

Json = dict[str, t.Any]

WIDGET = {"kind": "Widget", "metadata": {"name": "first", "uid": "uid-of-first", "generation": 2}}
KIND = Unrolled(Resource("example.com/v1", "widgets", "Widget"), lambda _item: Status(True, "it is there"))


def judged(item: Json) -> Status:
    return KIND.judge(KIND.gather(Reference("Widget", "", "first"), ([item],)))


@pytest.mark.parametrize(
    ("status", "complete"),
    [
        ({}, True),
        ({"observedGeneration": 2}, True),
        ({"observedGeneration": 1}, False),
        ({"observedGeneration": 0}, False),
    ],
)
def test_a_stale_status_says_nothing_where_it_can_be_known(status: Json, complete: bool) -> None:
    assert judged({**WIDGET, "status": status}).complete is complete


def test_what_is_gone_is_not_complete() -> None:
    assert not KIND.judge(Snapshot(None)).complete
    assert KIND.gather(Reference("Widget", "", "second"), ([WIDGET],)).workload is None


def test_without_pods_only_the_object_is_watched() -> None:
    (scope,) = KIND.scopes(WIDGET)
    assert (scope.namespace, scope.fields) == ("", "metadata.name=first")


def test_only_pods_that_it_owns_are_its_own() -> None:
    job = samples.recorded("failed_job")
    kind = Unrolled(Resource("batch/v1", "jobs", "Job"), lambda _item: Status(False, ""), has_pods=True)
    own = samples.recorded("pod_of_failed_job")
    assert kind.gather(Reference("Job", "shop", "fails"), ([job], [own, samples.POD], ())).new_pods == (own,)


def test_there_is_nothing_to_pause_or_to_go_back_to() -> None:
    with pytest.raises(errors.Refused, match="no revisions to roll or to go back to"):
        KIND.pause_patch(WIDGET, True)
    assert (KIND.revision_number(WIDGET), KIND.number_of(WIDGET, ()), KIND.stuck(Snapshot(WIDGET))) == (0, 0, ())
