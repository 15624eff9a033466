# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for a rollout: look, judge, tell what changed, and sleep until something happens or patience ends."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ansible_collections.steady.rollout.plugins.module_utils._operation import reading
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, objects, wording
from ansible_collections.steady.rollout.plugins.module_utils._rollout import verdict as verdicts

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.journal import Journal
    from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Settings
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Finding
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds.kind import Kind
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference, Snapshot
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.verdict import Aim, Memory, Verdict

Json = dict[str, t.Any]

HEARTBEAT = 15.0
STARTING = 3.0
"""Seconds for which a container that has just been started may fail its probe without a word about it."""
DOUBT = 1.0
"""Seconds to wait for the watches to see what a fresh reading has seen already."""


@dataclass(frozen=True)
class Waited:
    """How a wait ended: the verdict, the snapshot it was made from, and the fewest pods that were available meanwhile."""

    verdict: Verdict
    snapshot: Snapshot
    lowest_available: int


def wait(
    ports: Ports, kind: Kind, reference: Reference, present: Json, aim: Aim, settings: Settings, journal: Journal
) -> Waited:
    """Wait until the rollout of ``present`` is complete, cannot become so, or ``settings.timeout`` has passed.

    Before anything is called a failure everything is read once more: the news that it is none may be on its way.
    """
    memory, lowest = verdicts.Memory(), objects.number(objects.status(present), "availableReplicas")
    scopes = kind.scopes(present)
    deadline = ports.clock.monotonic() + settings.timeout
    narrator = Narrator(ports, journal)
    feed = ports.cluster.open_feed(scopes)
    try:
        while True:
            at = ports.clock.monotonic()
            snapshot = kind.gather(reference, [feed.objects(scope) for scope in scopes])
            memory, verdict = verdicts.judge(kind, snapshot, aim, memory, settings.limits, at)
            narrator.tell(verdict, feed.trouble())
            rest = min(deadline, verdict.look_again, narrator.next_heartbeat) - at
            if verdict.phase == "failed" or at >= deadline:
                snapshot, verdict = _look_again(
                    ports, kind, reference, present, aim, memory, settings, snapshot, verdict
                )
                verdict = _late(verdict, settings) if at >= deadline else verdict
                rest = DOUBT
            lowest = min(lowest, verdict.status.available)
            if verdict.phase != "progressing":
                return Waited(verdict, snapshot, lowest)
            feed.wait(max(0.0, rest))
    finally:
        feed.close()


def _look_again(
    ports: Ports,
    kind: Kind,
    reference: Reference,
    present: Json,
    aim: Aim,
    memory: Memory,
    settings: Settings,
    seen: Snapshot,
    verdict: Verdict,
) -> tuple[Snapshot, Verdict]:
    """Judge a fresh reading. When the API server does not answer, what was seen proves nothing: only the deadline may end it."""
    try:
        snapshot = reading.snapshot(ports.cluster, kind, reference, present)
    except errors.Unreachable as silence:
        return seen, replace(verdict, phase="progressing", message=str(silence), lost=False)
    return snapshot, verdicts.judge(kind, snapshot, aim, memory, settings.limits, ports.clock.monotonic())[1]


def _late(verdict: Verdict, settings: Settings) -> Verdict:
    """The verdict at the deadline: what is not complete by then has failed."""
    if verdict.phase != "progressing":
        return verdict
    message = f"not complete after {wording.seconds(settings.timeout)}: {verdict.message}"
    return replace(verdict, phase="failed", message=message)


class Narrator:
    """Tells each change once, and that it is still alive when nothing changes."""

    def __init__(self, ports: Ports, journal: Journal) -> None:
        self._clock = ports.clock
        self._journal = journal
        self._last = ""
        self._seen: dict[tuple[str, str, str], float] = {}
        self._told: set[tuple[str, str]] = set()
        self._trouble = ""
        self.next_heartbeat = self._clock.monotonic() + HEARTBEAT

    def tell(self, verdict: Verdict, trouble: str) -> None:
        """Say what this look shows that the one before did not."""
        for finding in verdict.findings:
            cause = (finding.code, finding.container)  # of many pods that fail alike one is enough
            if cause not in self._told and self._worth_telling(finding):
                self._told.add(cause)
                self._say(wording.brief(finding))
        if trouble != self._trouble:
            self._trouble = trouble
            self._say(f"{trouble}; going on as soon as it answers" if trouble else "the API server answers again")
        counts = f"{verdict.status}: complete" if verdict.phase == "complete" else str(verdict.status)
        if verdict.status.counted and not verdict.lost and counts != self._last:
            self._last = counts
            self._say(counts)
        elif self._clock.monotonic() >= self.next_heartbeat:
            self._say(f"still waiting: {verdict.status.message}")

    def _worth_telling(self, finding: Finding) -> bool:
        """A probe that fails while its container starts is nothing yet; everything else is news at once."""
        since = self._seen.setdefault(finding.key, self._clock.monotonic())
        return finding.code != "probe" or finding.severity == "terminal" or self._clock.monotonic() - since >= STARTING

    def _say(self, text: str) -> None:
        self._journal.say(text)
        self.next_heartbeat = self._clock.monotonic() + HEARTBEAT
