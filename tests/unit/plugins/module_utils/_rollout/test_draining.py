# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import draining, objects
from ansible_collections.steady.rollout.plugins.module_utils._rollout.draining import Consent
from ansible_collections.steady.rollout.tests.unit import samples
from ansible_collections.steady.rollout.tests.unit.ward import BUDGET, CLOSED, OWN, pod

Json = dict[str, t.Any]

ALONE = {"metadata": {"ownerReferences": None}}
SCRATCH = {"spec": {"volumes": [{"name": "scratch", "emptyDir": {}}]}}
GONE_SOON = {"metadata": {"deletionTimestamp": "2026-11-23T10:00:00Z"}}


def test_pods_of_the_node_stay_and_the_others_go() -> None:
    mirror = pod("etcd", {"metadata": {"annotations": {"kubernetes.io/config.mirror": "1"}, "ownerReferences": None}})
    found = draining.sort([OWN, mirror, pod("app-1"), pod("app-2", GONE_SOON)], Consent())
    names = [[objects.name(item) for item in group] for group in (found.staying, found.evict, found.leaving)]
    assert names == [[objects.name(OWN), "etcd"], ["app-1"], ["app-2"]]
    assert (found.left, found.refused) == (2, ())


@pytest.mark.parametrize(
    ("changes", "consent", "word"),
    [
        (ALONE, Consent(delete_emptydir_data=True), "has no controller .*force: true"),
        (SCRATCH, Consent(force=True), "emptyDir scratch .*delete_emptydir_data: true"),
    ],
)
def test_what_would_be_lost_is_refused_unless_somebody_agrees(changes: Json, consent: Consent, word: str) -> None:
    refused = draining.sort([pod("app-1", changes)], consent).refused
    assert len(refused) == 1
    with pytest.raises(AssertionError, match=f"pod shop/app-1 .*{word}"):
        raise AssertionError(refused[0])
    assert draining.sort([pod("app-1", changes)], Consent(True, True)).refused == ()


def test_a_pod_that_has_ended_has_nothing_to_lose() -> None:
    ended = pod("app-1", {**ALONE, **SCRATCH, "status": {"phase": "Succeeded"}})
    assert draining.sort([ended], Consent()).refused == ()


def test_a_budget_counts_the_pods_that_it_selects_in_its_namespace() -> None:
    assert draining.covering([BUDGET], pod("app-1")) == [BUDGET]
    assert draining.covering([BUDGET], pod("app-1", {"metadata": {"namespace": "other"}})) == []
    assert draining.covering([samples.having(BUDGET, {"spec": {"selector": None}})], pod("app-1")) == []
    everything = samples.having(BUDGET, {"spec": {"selector": None}})
    everything["spec"]["selector"] = {}
    assert draining.covering([everything], pod("app-1")) == [everything]


def test_a_budget_that_has_not_been_looked_at_since_it_was_changed_allows_nothing() -> None:
    assert draining.allows(BUDGET)
    assert not draining.allows(CLOSED)
    assert not draining.allows(samples.having(BUDGET, {"metadata": {"generation": 2}}))


def test_the_budget_in_the_way_is_named_with_the_pods_that_it_waits_for() -> None:
    sick = pod("app-2", {"status": {"conditions": [{"type": "Ready", "status": "False"}]}})
    finding = draining.blocked(pod("app-1"), [BUDGET, CLOSED], "no", [sick, pod("app-3")])
    assert finding.message == (
        "PodDisruptionBudget shop/app lets no pod go: 1 of 2 pods healthy, 1 have to be (maxUnavailable: 1); not ready: app-2"
    )
    assert (finding.pod, finding.evidence["disruptionsAllowed"], finding.evidence["said"]) == ("app-1", 0, "no")


def test_without_the_budget_the_api_servers_words_are_told() -> None:
    assert (
        draining.blocked(pod("app-1"), [], "The disruption budget x needs 2").message
        == "The disruption budget x needs 2"
    )


def test_a_pod_that_was_just_evicted_is_said_to_be_the_reason() -> None:
    going = samples.having(
        CLOSED, {"status": {"currentHealthy": 2, "disruptedPods": {"app-2": "2026-11-23T10:00:00Z"}}}
    )
    assert "(maxUnavailable: 1), 1 on its way out already" in draining.blocked(pod("app-1"), [going], "").message


def test_a_pod_that_does_not_go_is_told_with_its_reason() -> None:
    held = pod("app-1", {"metadata": {**GONE_SOON["metadata"], "finalizers": ["x/y"]}})
    assert "kept by the finalizer x/y" in draining.lingering(held, "").message
    assert "its node is not Ready (gone)" in draining.lingering(pod("app-1", GONE_SOON), "not Ready (gone)").message
