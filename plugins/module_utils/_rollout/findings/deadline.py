# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's own deadline: progress_deadline.

The condition outlives its rollout: right after an undo it can still be the previous one's (kubernetes#124264). It counts only if it is
not one of those that stood there before this change, and a change that nobody here made must see it stand for a while.
"""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Finding, View

SETTLED = 5.0


def find(view: View) -> t.Iterator[Finding]:
    """At most one finding: the controller has given up waiting."""
    workload = view.snapshot.workload or {}
    progressing = objects.condition(workload, "Progressing")
    if progressing.get("reason") != "ProgressDeadlineExceeded" or not view.kind.observed(workload):
        return
    if progressing in view.stale_conditions:
        return
    yield Finding(
        code="progress_deadline",
        title="progress deadline exceeded",
        message=str(progressing.get("message", "")),
        grace=SETTLED,
        hint=f"Nothing moved for spec.progressDeadlineSeconds ({objects.spec(workload).get('progressDeadlineSeconds')} s).",
        evidence={"since": progressing.get("lastTransitionTime", "")},
    )
