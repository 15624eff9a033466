# SPDX-License-Identifier: GPL-3.0-or-later
"""Pods that no node takes: unschedulable."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Finding, View, said
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.volume import UNBOUND


def find(view: View) -> t.Iterator[Finding]:
    """One finding for each new pod that the scheduler could not place; its words name the resource, taint or affinity.

    A claim that is not bound is told with the volumes.
    """
    for pod in view.pods():
        scheduled = objects.condition(pod, "PodScheduled")
        held = scheduled.get("status") == "False" and scheduled.get("reason") == "Unschedulable"
        if held and not UNBOUND.search(str(scheduled.get("message", ""))):
            yield Finding(
                code="unschedulable",
                title="no node takes the pod",
                message=str(scheduled.get("message", "")).strip(),
                grace=view.limits.unschedulable_grace,
                pod=objects.name(pod),
                hint="Free or add what the message names; an autoscaler may still do so, and unschedulable_grace says how long to wait.",
                evidence={
                    "since": scheduled.get("lastTransitionTime", ""),
                    **said(view, pod, "FailedScheduling"),
                },
            )
