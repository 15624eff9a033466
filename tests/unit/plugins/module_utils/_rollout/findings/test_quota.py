# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings import quota
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Finding, Limits, View
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds import deployment
from ansible_collections.steady.rollout.tests.unit import samples

Json = dict[str, t.Any]

FULL = 'pods "app-hash20-" is forbidden: exceeded quota: room, requested: pods=1, used: pods=4, limited: pods=4'
LEAVING = samples.having(samples.pod("1.0", "leaving"), {"metadata": {"deletionTimestamp": "2026-11-23T10:00:09Z"}})
LIMITS = Limits(config_grace=15.0, unschedulable_grace=60.0)


def found(message: str, pods: t.Sequence[Json] = (), *, missing: int = 0, status: str = "True") -> list[Finding]:
    strategy = {"strategy": {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": missing}}}
    failure = {"type": "ReplicaFailure", "status": status, "reason": "FailedCreate", "message": message}
    newest = samples.revision("2.0", 2, {"status": {"conditions": [failure]}})
    present = samples.workload("2.0", 2, {"spec": strategy})
    snapshot = samples.snapshot(present, [samples.revision("1.0", 1), newest], pods)
    return list(quota.find(View(deployment, snapshot, LIMITS)))


@pytest.mark.parametrize(
    ("message", "title"),
    [
        ("failed quota: room: must specify limits.cpu for: app", "quota wants requests and limits"),
        ('pods is forbidden: violates PodSecurity "restricted:latest"', "PodSecurity forbids the pod"),
        ('admission webhook "policy.example" denied the request: no', "an admission webhook denied the pod"),
        ("Invalid value: too long", "pods cannot be created"),
    ],
)
def test_pods_that_are_not_let_in_are_told_by_who_forbids_them(message: str, title: str) -> None:
    (finding,) = found(message)
    assert (finding.code, finding.title, finding.message, finding.grace) == ("quota", title, message, 0.0)


@pytest.mark.parametrize(
    ("pods", "missing", "grace"),
    [
        ([], 0, quota.SETTLED),
        ([samples.pod("1.0")], 0, quota.SETTLED),
        ([samples.pod("1.0")], 1, 60.0),
        ([LEAVING], 0, 60.0),
        ([samples.pod("1.0"), samples.pod("2.0")], 0, 60.0),
        ([samples.pod("2.0")], 1, quota.SETTLED),
    ],
    ids=["no pods", "no old pod may go", "one may go first", "one is leaving", "a new one has come", "no old one left"],
)
def test_a_full_quota_is_given_time_while_old_pods_make_room(pods: list[Json], missing: int, grace: float) -> None:
    (finding,) = found(FULL, pods, missing=missing)
    assert (finding.title, finding.grace) == ("quota is used up", grace)


@pytest.mark.parametrize("message", ["failed calling webhook: connection refused", "etcdserver: leader changed"])
def test_trouble_of_the_api_server_is_given_time(message: str) -> None:
    assert found(message)[0].grace == 15.0


def test_a_denial_that_is_over_is_no_finding() -> None:
    assert found(FULL, status="False") == []


def test_nothing_is_said_before_the_new_revision_is_there() -> None:
    assert list(quota.find(View(deployment, samples.snapshot(samples.workload("2.0", 2)), LIMITS))) == []
