# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings import scheduling
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Finding, Limits, View
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds import deployment
from ansible_collections.steady.rollout.tests.unit import samples

WORDS = "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu."


def found(**condition: t.Any) -> list[Finding]:
    pod = samples.unready("2.0", conditions={"type": "PodScheduled", **condition})
    return list(scheduling.find(View(deployment, samples.rolling([pod]), Limits(unschedulable_grace=60.0))))


def test_a_pod_that_no_node_takes_is_told_in_the_schedulers_words() -> None:
    (finding,) = found(status="False", reason="Unschedulable", message=WORDS)
    assert (finding.code, finding.message, finding.grace) == ("unschedulable", WORDS, 60.0)


@pytest.mark.parametrize("condition", [{"status": "True"}, {"status": "False", "reason": "SchedulingGated"}])
def test_a_pod_that_is_placed_or_held_back_on_purpose_is_no_finding(condition: dict[str, str]) -> None:
    assert found(**condition) == []


def test_a_claim_that_is_not_bound_is_told_with_the_volumes() -> None:
    words = "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found"
    assert found(status="False", reason="Unschedulable", message=words) == []
