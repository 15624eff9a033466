# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings import deadline
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Finding, Limits, View
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds import deployment
from ansible_collections.steady.rollout.tests.unit import samples

Json = dict[str, t.Any]

EXCEEDED = {
    "type": "Progressing",
    "status": "False",
    "reason": "ProgressDeadlineExceeded",
    "lastTransitionTime": "2026-11-23T10:10:00Z",
    "message": 'ReplicaSet "app-hash20" has timed out progressing.',
}


def found(condition: Json, changes: Json | None = None, stale: tuple[Json, ...] = ()) -> list[Finding]:
    present = samples.workload("2.0", 2, samples.having({"status": {"conditions": [condition]}}, changes or {}))
    return list(deadline.find(View(deployment, samples.snapshot(present), Limits(), stale)))


def test_the_controllers_deadline_is_about_the_whole_rollout() -> None:
    (finding,) = found(EXCEEDED)
    assert (finding.code, finding.pod, finding.grace) == ("progress_deadline", "", deadline.SETTLED)
    assert "progressDeadlineSeconds (600 s)" in finding.hint


def test_the_condition_of_an_earlier_rollout_says_nothing() -> None:
    assert found(EXCEEDED, stale=(EXCEEDED,)) == []


def test_the_same_words_anew_count() -> None:
    assert found({**EXCEEDED, "lastTransitionTime": "2026-11-23T11:00:00Z"}, stale=(EXCEEDED,))


def test_a_condition_that_the_controller_has_not_looked_at_yet_says_nothing() -> None:
    assert found(EXCEEDED, {"metadata": {"generation": 3}}) == []


def test_any_other_reason_is_progress() -> None:
    assert found({**EXCEEDED, "reason": "ReplicaSetUpdated", "status": "True"}) == []
