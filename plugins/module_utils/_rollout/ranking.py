# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of several causes is told first: the one that explains the others."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Finding

CAUSES = (
    "job_failed",
    "quota",
    "image_not_found",
    "image_unauthorized",
    "volume",
    "container_config",
    "cannot_run",
    "init_failed",
    "liveness",
    "crash_loop",
    "probe",
    "rejected",
    "unschedulable",
    "image_pull_transient",
    "sandbox",
)
"""On one pod, each explains those after it: a container without its Secret makes its neighbour's probe fail, not the other way round."""
AFTERMATH = ("gate", "progress_deadline")
"""Says that something did not come to hold, or that nothing moved, not why."""
ASIDE = ("node_lost", "evicted", "terminating", "image_mismatch")
"""Belongs to the picture, and is nothing that the new revision did."""

_LIVENESS = "liveness"
_ORDER = (*CAUSES, *AFTERMATH, *ASIDE)
CODES = tuple(code for code in _ORDER if code != _LIVENESS)
"""Every code that a finding can have."""


def ranked(findings: t.Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings, the most telling first.

    What dooms comes before what may pass, what a pod suffers from before what follows from it, what concerns the whole workload
    before what concerns pods, many pods before few; then by the order above. The controller's deadline comes after any cause.
    """
    found = list(findings)
    first = {finding.pod: _place(finding) for finding in sorted(found, key=_place, reverse=True)}
    pods: dict[str, set[str]] = {}
    for finding in found:
        pods.setdefault(finding.code, set()).add(finding.pod)

    def key(finding: Finding) -> tuple[int, bool, bool, float, int]:
        place = _place(finding)
        tier = (finding.code in ASIDE) * 2 + (finding.code in AFTERMATH)
        breadth = float("inf") if not finding.pod else len(pods[finding.code])
        return (tier, finding.severity != "terminal", place > first[finding.pod], -breadth, place)

    return tuple(sorted(found, key=key))


def _place(finding: Finding) -> int:
    """Where it stands in the order. A probe that kills explains the crashes; one that only keeps traffic away may follow from them."""
    kills = finding.code == "probe" and finding.evidence.get("probe") in ("liveness", "startup")
    return _ORDER.index(_LIVENESS if kills else finding.code)
