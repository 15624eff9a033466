# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates import gate
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds import deployment
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Snapshot
from ansible_collections.steady.rollout.tests.unit import samples
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._rollout.gates import looks


def view(snapshot: Snapshot) -> gate.View:
    return gate.View(0.0, 0.0, None, False, deployment, snapshot, deployment.judge(snapshot), lambda _scope: [])


def test_pods_on_their_way_out_do_not_count() -> None:
    leaving = samples.having(samples.pod("2.0", "b"), {"metadata": {"deletionTimestamp": "2026-11-23T10:00:00Z"}})
    assert len(view(looks.complete(samples.pod("2.0", "a"), leaving)).new_pods) == 1


def test_a_workload_that_is_gone_is_empty() -> None:
    assert view(Snapshot(None)).workload == {}
    assert view(looks.complete()).workload["kind"] == "Deployment"


def test_a_gate_judges_with_its_own_options() -> None:
    assert looks.one({"min_available": 3}).judge(view(looks.complete())).measurement["min_available"] == 3


def test_a_gate_that_says_nothing_else_wants_and_refuses_nothing() -> None:
    outlook = gate.Outlook(deployment, samples.workload(), True, lambda _scope: [])
    assert (gate.unchecked({}, "x"), gate.no_scopes({}, {}), gate.possible({}, outlook)) == (None, (), "")
