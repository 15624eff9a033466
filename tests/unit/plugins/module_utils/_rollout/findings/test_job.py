# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import verdict as verdicts
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings import job as findings
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Finding, Limits, View
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds import deployment, job
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference, Snapshot
from ansible_collections.steady.rollout.tests.unit import samples

Json = dict[str, t.Any]

FAILED, POD = samples.recorded("failed_job"), samples.recorded("pod_of_failed_job")


def snapshot(workload: Json, pods: t.Sequence[Json] = (POD,)) -> Snapshot:
    return job.KIND.gather(Reference("Job", "shop", "fails"), ([workload], pods, ()))


def found(workload: Json, pods: t.Sequence[Json] = (POD,)) -> list[Finding]:
    return list(findings.find(View(job.KIND, snapshot(workload, pods), Limits())))


def test_a_failed_job_is_told_by_its_container_that_failed() -> None:
    (finding,) = found(FAILED)
    assert (finding.code, finding.pod, finding.container) == ("job_failed", samples.objects.name(POD), "app")
    assert (finding.message, finding.evidence["exit_code"]) == ("exit code 1", 1)
    assert finding.evidence["reason"] == "BackoffLimitExceeded"


def test_the_last_failure_tells_most() -> None:
    earlier = samples.having(POD, {"metadata": {"name": "fails-earlier"}})
    ended = earlier["status"]["containerStatuses"][0]["state"]["terminated"]
    ended.update(finishedAt="2026-11-23T01:00:00Z", exitCode=2)
    assert found(FAILED, [POD, earlier])[0].evidence["exit_code"] == 1


def test_with_its_pods_gone_the_job_itself_tells() -> None:
    (finding,) = found(FAILED, ())
    assert (finding.message, finding.pod) == ("Job has reached the specified backoff limit", "")


def test_a_job_that_goes_on_has_not_failed() -> None:
    assert found({**FAILED, "status": {"active": 1, "failed": 1}}) == []


def test_another_workload_is_no_job() -> None:
    assert list(findings.find(View(deployment, samples.rolling([]), Limits()))) == []


def test_its_end_is_the_verdict_whatever_the_pods_look_like() -> None:
    seen = snapshot(FAILED)
    _memory, verdict = verdicts.judge(job.KIND, seen, verdicts.aim_at(FAILED), verdicts.Memory(), Limits(), 0.0)
    assert (verdict.phase, verdict.message) == (
        "failed",
        "Job has reached the specified backoff limit (BackoffLimitExceeded)",
    )
    assert verdict.cause is not None
    assert (verdict.cause.code, verdict.cause.severity) == ("job_failed", "terminal")
