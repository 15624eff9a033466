# SPDX-License-Identifier: GPL-3.0-or-later
"""Diagnose: all that tells why workloads are sick, in one text."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._operation import evidence
from ansible_collections.steady.rollout.plugins.module_utils._rollout import diagnosis, overview
from ansible_collections.steady.rollout.plugins.module_utils._rollout.diagnosis import Log

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Cluster, Ports
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.case import Case

MOST = 10
"""Workloads that are told in full: nobody reads more at once, and each may cost some requests for logs."""


def diagnose(ports: Ports, cases: t.Sequence[Case]) -> list[str]:
    """The lines, the sick workloads alone, what is most urgent first. Asks for nothing but logs."""
    sick = sorted(
        (case for case in cases if overview.is_sick(case.facts)), key=lambda case: overview.urgency(case.facts)
    )
    lines: list[str] = []
    for case in sick[:MOST]:
        lines += [*diagnosis.told(case, logs(ports.cluster, case), ports.clock.now()), ""]
    if len(sick) > MOST:
        return [*lines, f"{len(sick) - MOST} more are sick; the table names them. Name one of them to have it told."]
    return lines[:-1] or [f"Nothing is wrong: {len(cases)} looked at, none of them is sick."]


def logs(cluster: Cluster, case: Case) -> list[Log]:
    """What the telling containers said last, in this run and in the one before it."""
    return [
        Log(pod, container, previous, lines)
        for pod, container, runs in diagnosis.speakers(case, evidence.SPEAKING)
        for previous in runs
        if (lines := evidence.said(cluster, case.facts["namespace"], pod, container, previous=previous))
    ]
