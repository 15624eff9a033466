# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects, resources
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds import job
from ansible_collections.steady.rollout.tests.unit import samples

Json = dict[str, t.Any]

COMPLETE, FAILED = samples.recorded("complete_job"), samples.recorded("failed_job")


def test_the_condition_complete_ends_it_well() -> None:
    status = job.says(COMPLETE)
    assert (status.complete, status.failed, str(status)) == (True, False, "1 of 1 completed, 0 running, 0 failed")


def test_the_condition_failed_ends_it_badly() -> None:
    status = job.says(FAILED)
    assert (status.complete, status.failed) == (False, True)
    assert status.message == "Job has reached the specified backoff limit (BackoffLimitExceeded)"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (None, "0 of 1 completed, 0 running, 0 failed"),
        ({"active": 1, "failed": 2}, "0 of 1 completed, 1 running, 2 failed"),
        ({"succeeded": 1}, "1 of 1 completed, 0 running, 0 failed"),
        ({"conditions": [{"type": "Complete", "status": "False"}]}, "0 of 1 completed, 0 running, 0 failed"),
        ({"conditions": [{"type": "FailureTarget", "status": "True"}]}, "0 of 1 completed, 0 running, 0 failed"),
    ],
)
def test_without_one_of_these_it_goes_on(status: Json | None, words: str) -> None:
    found = job.says({**COMPLETE, "status": status})
    assert (found.complete, found.failed, found.message) == (False, False, words)


def test_a_work_queue_has_no_number_to_reach() -> None:
    assert job.says(samples.having(COMPLETE, {"spec": {"completions": None}})).words.startswith("1 completed")


def test_a_suspended_one_is_refused_with_the_way_out() -> None:
    assert job.refusal(COMPLETE) == ""
    refusal = job.refusal(samples.having(COMPLETE, {"spec": {"suspend": True}}))
    assert """kubectl -n shop patch job works -p '{"spec":{"suspend":false}}'""" in refusal


def test_its_pods_and_warnings_are_watched() -> None:
    own, pods, events = job.KIND.scopes(COMPLETE)
    assert (own.resource, own.fields) == (resources.JOB, "metadata.name=works")
    assert (pods.resource, pods.labels) == (resources.POD, objects.selector(COMPLETE))
    assert "controller-uid=" in pods.labels
    assert events.resource == resources.EVENT
