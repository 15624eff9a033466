# SPDX-License-Identifier: GPL-3.0-or-later
"""The last words of a failing container, fetched before anything is undone."""

from __future__ import annotations

import re
import typing as t
from dataclasses import replace

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.masking import masked

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Cluster
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Finding

LINES = 25
SPEAKING = ("crash_loop", "probe", "init_failed", "job_failed")
# The kubelet answers 200 with this for a run whose container it has removed; init containers go at once.
_GONE = "unable to retrieve container logs for "
_ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]")


def with_logs(cluster: Cluster, namespace: str, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings, the first one that can have a log with its last lines: of the one telling pod, not of all."""
    for index, finding in enumerate(findings):
        if finding.code in SPEAKING and finding.container:
            lines = last_lines(cluster, namespace, finding)
            return (*findings[:index], replace(finding, logs=lines), *findings[index + 1 :])
    return findings


def last_lines(cluster: Cluster, namespace: str, finding: Finding) -> tuple[str, ...]:
    """The container's last lines, of the run that failed if that can be had. A log is a help, not a must."""
    ended = finding.code != "probe" and finding.evidence.get("state") == "running"
    runs = (said(cluster, namespace, finding.pod, finding.container, previous=run) for run in (ended, not ended))
    return next((lines for lines in runs if lines), ())


def said(cluster: Cluster, namespace: str, pod: str, container: str, *, previous: bool) -> tuple[str, ...]:
    """The last lines of one run of a container, without what nobody should read; none where they cannot be had."""
    try:
        text = cluster.logs(namespace, pod, container, previous=previous, lines=LINES)
    except errors.RolloutError:
        return ()
    if not text.strip() or text.startswith(_GONE):
        return ()
    return tuple(_ESCAPES.sub("", line) for line in masked(text).rstrip().splitlines())
