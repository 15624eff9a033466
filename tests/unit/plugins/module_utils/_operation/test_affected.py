# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._operation import affected
from ansible_collections.steady.rollout.tests.unit import samples
from ansible_collections.steady.rollout.tests.unit.ward import OWN, Ward, pod


def test_pods_lead_to_the_workload_that_makes_them_once() -> None:
    ward = t.cast(t.Any, Ward(samples.REPLICA_SET))
    assert affected.workloads(ward, [pod("a"), pod("b"), OWN]) == (samples.REFERENCE,)


def test_pods_of_nothing_that_rolls_lead_nowhere() -> None:
    ward = t.cast(t.Any, Ward())
    job = [{"controller": True, "kind": "Job", "name": "j", "uid": "u"}]
    assert affected.workloads(ward, [pod("a"), pod("b", {"metadata": {"ownerReferences": job}})]) == ()


def test_a_workload_is_judged_and_one_that_is_gone_or_paused_is_not() -> None:
    present = Ward(samples.workload(), samples.REPLICA_SET)
    found = affected.verdict(t.cast(t.Any, present), samples.REFERENCE)
    assert found and found.phase in ("complete", "progressing")
    assert affected.verdict(t.cast(t.Any, Ward()), samples.REFERENCE) is None
    paused = Ward(samples.workload(changes={"spec": {"paused": True}}))
    assert affected.verdict(t.cast(t.Any, paused), samples.REFERENCE) is None
