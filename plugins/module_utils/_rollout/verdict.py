# SPDX-License-Identifier: GPL-3.0-or-later
"""What status, findings and patience add up to. Pure: the same snapshots at the same moments give the same verdict."""

from __future__ import annotations

import math
import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.steady.rollout.plugins.module_utils._rollout import findings, objects, ranking
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Finding, Limits, View
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds.kind import Kind
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Snapshot
from ansible_collections.steady.rollout.plugins.module_utils._rollout.status import Phase, Status

Json = dict[str, t.Any]
Sightings = t.Mapping[tuple[str, str, str], tuple[float, Finding]]


@dataclass(frozen=True)
class Aim:
    """What the wait is for: this very object with this very template.

    ``proven``: its version runs already, so ready pods do not speak for the others (scaling). ``since``: when it was written, by the
    API server's clock.
    """

    uid: str
    template: Json
    stale_conditions: tuple[Json, ...] = ()
    proven: bool = False
    since: str = ""


@dataclass(frozen=True)
class Verdict:
    """The answer of one look.

    ``look_again`` is the moment at which it may change although nothing happens; ``lost``: the workload is no longer what was asked
    for, so nothing of it may be undone.
    """

    phase: Phase
    message: str
    status: Status
    findings: tuple[Finding, ...] = ()
    look_again: float = math.inf
    lost: bool = False

    @property
    def cause(self) -> Finding | None:
        """The finding that tells most."""
        return self.findings[0] if self.findings else None


@dataclass(frozen=True)
class Memory:
    """What the look before saw: since when each finding has stood, and the telling message that a back-off hides later.

    A finding that is gone for one look starts anew: a pod was ready in between, or its container was started again.
    """

    seen: Sightings = field(default_factory=dict)


def aim_at(workload: Json, *, before: Json | None = None, proven: bool = False) -> Aim:
    """Wait for the workload as it is now; conditions that stood there before the change are stale."""
    stale = objects.condition(before, "Progressing") if before else {}
    since = str(last_write(workload).get("time", ""))
    return Aim(objects.uid(workload), objects.template(workload), (stale,) if stale else (), proven, since)


def judge(
    kind: Kind, snapshot: Snapshot, aim: Aim, memory: Memory, limits: Limits, at: float
) -> tuple[Memory, Verdict]:
    """One look at ``at`` (monotonic seconds): the verdict, and what the next look has to know."""
    lost = lost_to(snapshot, aim)
    if lost:
        return memory, Verdict("failed", lost, Status(False, lost), lost=True)
    status = kind.judge(snapshot)
    if status.complete:
        return memory, Verdict("complete", status.message, status)
    found = remember(memory, findings.find_all(View(kind, snapshot, limits, aim.stale_conditions, aim.since)))
    seen = {finding.key: memory.seen.get(finding.key, (at, finding)) for finding in found}
    aged = tuple(severe(finding, seen[finding.key][0], at) for finding in found)
    ranked = ranking.ranked(finding for finding in aged if at >= seen[finding.key][0] + finding.unsaid)
    kept = Memory(seen)
    if status.failed:
        return kept, Verdict("failed", status.message, status, ranked)
    if doomed(snapshot, ranked, aim, limits, kind):
        return kept, Verdict("failed", ranked[0].title, status, ranked)
    moments = [seen[item.key][0] + patience for item in aged for patience in (item.unsaid, item.grace)]
    later = [moment for moment in moments if moment > at]
    return kept, Verdict("progressing", status.message, status, ranked, min(later, default=math.inf))


def lost_to(snapshot: Snapshot, aim: Aim) -> str:
    """Why the workload is no longer the one that was asked for; empty when it still is."""
    workload = snapshot.workload
    if workload is None:
        return "it was deleted while its rollout was waited for"
    if objects.uid(workload) != aim.uid:
        return "it was deleted and made again by somebody else while its rollout was waited for"
    if objects.template(workload) != aim.template:
        return f"somebody else ({last_manager(workload)}) changed its pod template while its rollout was waited for"
    return ""


def last_manager(workload: Json) -> str:
    """The field manager that wrote last, other than the controllers' status updates."""
    return str(last_write(workload).get("manager", "unknown"))


def last_write(workload: Json) -> Json:
    """Who wrote the workload last and when, as the API server noted it; scaling and status have subresources of their own."""
    fields: list[Json] = objects.metadata(workload).get("managedFields") or []
    written = [item for item in fields if not item.get("subresource")]
    return max(written, key=lambda item: str(item.get("time", "")), default={})


def remember(memory: Memory, found: t.Iterable[Finding]) -> list[Finding]:
    """A pull that failed for good stays so: later messages only say that the kubelet backs off."""

    def told(finding: Finding) -> Finding:
        if finding.code != "image_pull_transient":
            return finding
        for code in ("image_not_found", "image_unauthorized"):
            if (code, finding.pod, finding.container) in memory.seen:
                return memory.seen[(code, finding.pod, finding.container)][1]
        return finding

    return [told(finding) for finding in found]


def severe(finding: Finding, since: float, at: float) -> Finding:
    """The finding with its severity at a moment; compared as ``look_again`` is computed, so that the look then taken sees it."""
    return replace(finding, severity="terminal" if at >= since + finding.grace else "transient")


def doomed(snapshot: Snapshot, ranked: t.Iterable[Finding], aim: Aim, limits: Limits, kind: Kind) -> bool:
    """Whether waiting longer makes no sense: the whole workload is blocked, or its new pods are.

    One bad node is not a bad release, so every new pod must be doomed, unless the kind goes no further than its first bad pod, or
    ``fail_on`` says that any is enough.
    """
    terminal = [finding for finding in ranked if finding.severity == "terminal"]
    if any(not finding.pod for finding in terminal):
        return True
    pods = {
        objects.name(pod)
        for pod in snapshot.new_pods
        if objects.active(pod) and not (aim.proven and kind.is_ready(pod))
    }
    lost_pods = {finding.pod for finding in terminal} & pods
    one_is_enough = kind.ONE_IS_ENOUGH if not limits.fail_on else limits.fail_on == "any"
    return bool(lost_pods) and (one_is_enough or pods == lost_pods)
