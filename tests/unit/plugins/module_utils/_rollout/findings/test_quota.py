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
        (
            'pods "app-" is forbidden: maximum cpu usage per Container is 100m, but limit is 2',
            "a LimitRange forbids the pod",
        ),
        (
            "minimum memory usage per Container is 1Gi. No request is specified",
            "a LimitRange forbids the pod",
        ),
        (
            "ValidatingAdmissionPolicy 'labels' with binding 'labels' denied request: no team",
            "an admission policy denied the pod",
        ),
        (
            'error looking up service account shop/nobody: serviceaccount "nobody" not found',
            "the service account does not exist",
        ),
        ("no PriorityClass with name nobody was found", "the priority class does not exist"),
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
    assert found(message)[0].grace == 60.0


def test_a_denial_that_is_over_is_no_finding() -> None:
    assert found(FULL, status="False") == []


def test_nothing_is_said_before_the_new_revision_is_there() -> None:
    assert list(quota.find(View(deployment, samples.snapshot(samples.workload("2.0", 2)), LIMITS))) == []


AFTER, BEFORE = "2026-11-23T10:00:10Z", "2026-11-23T10:00:01Z"
SINCE = "2026-11-23T10:00:05Z"
FORBIDDEN = 'pods "app-0" is forbidden: violates PodSecurity "restricted:latest"'


def told(
    message: str, pods: t.Sequence[Json] = (), *, last: str = AFTER, reason: str = "FailedCreate"
) -> list[Finding]:
    """What events on the workload itself tell, as of a StatefulSet or DaemonSet."""
    present = samples.workload("2.0", 2)
    event = samples.having(samples.event(present, reason, message, ""), {"lastTimestamp": last, "count": 13})
    revisions = [samples.revision("1.0", 1), samples.revision("2.0", 2)]
    return list(quota.find(View(deployment, samples.snapshot(present, revisions, pods, [event]), LIMITS, since=SINCE)))


def made(at: str, version: str = "2.0") -> Json:
    return samples.having(samples.unready(version), {"metadata": {"creationTimestamp": at}})


@pytest.mark.parametrize("said", ["Create Pod app-0 in StatefulSet app failed error: ", "Error creating: "])
def test_a_controller_without_a_condition_for_it_tells_by_events(said: str) -> None:
    (finding,) = told(f"{said}{FORBIDDEN}")
    assert (finding.title, finding.message, finding.grace) == ("PodSecurity forbids the pod", FORBIDDEN, quota.SETTLED)
    assert finding.evidence["event"]["count"] == 13


def test_what_was_said_about_an_earlier_spec_dooms_nothing() -> None:
    assert told(f"Error creating: {FORBIDDEN}", last=BEFORE) == []


def test_a_pod_that_came_in_the_end_was_not_denied() -> None:
    assert told(f"Error creating: {FORBIDDEN}", [made("2026-11-23T10:00:11Z")]) == []
    assert told(f"Error creating: {FORBIDDEN}", [made(AFTER)]) == []


def test_pods_that_were_there_before_do_not_prove_that_the_denial_is_over() -> None:
    assert told(f"Error creating: {FORBIDDEN}", [made("2026-11-23T10:00:06Z")])
    assert told(f"Error creating: {FORBIDDEN}", [made("2026-11-23T10:00:11Z", "1.0")])


def test_the_pod_that_is_named_is_the_one_that_must_come() -> None:
    pod = made("2026-11-23T10:00:06Z")
    came = f"Create Pod {pod['metadata']['name']} in StatefulSet app failed error: {FORBIDDEN}"
    assert told(came, [pod]) == []
    assert told(f"Create Pod app-7 in StatefulSet app failed error: {FORBIDDEN}", [made("2026-11-23T10:00:11Z")])


def test_other_events_of_the_workload_are_no_denial() -> None:
    assert told("delete Pod app-0 failed", reason="FailedDelete") == []


NO_REPLICA_SET = 'Failed to create new replica set "app-2": replicasets.apps "app-2" is forbidden: exceeded quota: room'


def unmade(stale: bool = False, last: str = AFTER, reason: str = "ReplicaSetCreateError") -> list[Finding]:
    told = {
        "type": "Progressing",
        "status": "False",
        "reason": reason,
        "message": NO_REPLICA_SET,
        "lastUpdateTime": last,
    }
    present = samples.workload("2.0", 2, {"status": {"conditions": [told]}})
    view = View(deployment, samples.snapshot(present), LIMITS, (told,) if stale else (), SINCE)
    return list(quota.find(view))


def test_a_replica_set_that_is_not_let_in_is_told_by_the_workload() -> None:
    (finding,) = unmade()
    assert (finding.title, finding.message, finding.grace) == ("quota is used up", NO_REPLICA_SET, quota.SETTLED)


def test_an_earlier_replica_set_that_was_not_let_in_says_nothing() -> None:
    assert unmade(stale=True) == []
    assert unmade(last=BEFORE) == []
    assert unmade(reason="ReplicaSetUpdated") == []
