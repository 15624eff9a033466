# SPDX-License-Identifier: GPL-3.0-or-later
"""The causes that can be named. A new family is a file beside this and a name in ``finders``; its codes take their place in ``ranking``."""

from __future__ import annotations

import typing as t
from dataclasses import replace

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Finding, View

Json = dict[str, t.Any]


def finders() -> tuple[t.Callable[[View], t.Iterator[Finding]], ...]:
    """All of them, imported when there is something to be found: most workloads that are looked at are well."""
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings import (
        config,
        crash,
        deadline,
        image,
        job,
        node,
        probe,
        quota,
        scheduling,
        volume,
    )

    return (
        config.find,
        crash.find,
        deadline.find,
        image.find,
        job.find,
        node.find,
        probe.find,
        quota.find,
        scheduling.find,
        volume.find,
    )


def find_all(view: View) -> list[Finding]:
    """Every finding of a snapshot, without what nobody should read."""
    return [_told(finding) for find in finders() for finding in find(view)]


def _told(finding: Finding) -> Finding:
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.masking import masked

    evidence = finding.evidence
    if "event" in evidence:
        evidence = {**evidence, "event": {**evidence["event"], "message": masked(str(evidence["event"]["message"]))}}
    return replace(finding, message=masked(finding.message), evidence=evidence)
