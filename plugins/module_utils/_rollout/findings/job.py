# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs that have failed: job_failed."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.crash import how
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import (
    Finding,
    View,
    containers,
    last_exit,
)

Json = dict[str, t.Any]


def find(view: View) -> t.Iterator[Finding]:
    """At most one finding, once the Job has failed: how the last of its pods that failed did so."""
    workload = view.snapshot.workload or {}
    ended = objects.condition(workload, "Failed") if view.kind.RESOURCE.kind == "Job" else {}
    if ended.get("status") != "True":
        return
    name, container, exited = last_failure(view.snapshot.new_pods)
    yield Finding(
        code="job_failed",
        title="the Job has failed",
        message=how(exited) if exited else str(ended.get("message", "")),
        pod=name,
        container=container,
        hint="The container's last log lines say why." if name else "Look at the Job: its pods are gone already.",
        evidence={
            "reason": ended.get("reason", ""),
            "since": ended.get("lastTransitionTime", ""),
            **({"exit_code": exited.get("exitCode")} if exited else {}),
        },
    )


def last_failure(pods: t.Iterable[Json]) -> tuple[str, str, Json]:
    """Pod, container and end of the last container that failed; empty when none is there any more."""
    failures = [
        (str(ended.get("finishedAt", "")), objects.name(pod), container["name"], ended)
        for pod in pods
        for container, status in containers(pod)
        if (ended := last_exit(status)) and ended.get("exitCode")
    ]
    return max(failures, key=lambda failure: failure[:3])[1:] if failures else ("", "", {})
