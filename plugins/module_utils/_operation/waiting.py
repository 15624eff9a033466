# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for a rollout: look, judge, tell what changed, and sleep until something happens or patience ends."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ansible_collections.steady.rollout.plugins.module_utils._operation import reading
from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects, wording
from ansible_collections.steady.rollout.plugins.module_utils._rollout import verdict as verdicts

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.journal import Journal
    from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Settings
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds.kind import Kind
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference, Snapshot
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.verdict import Aim, Memory, Verdict

Json = dict[str, t.Any]

HEARTBEAT = 15.0


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

    At the deadline everything is read once more before that is called a failure: the last news may be on its way.
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
            lowest = min(lowest, verdict.status.available)
            narrator.tell(verdict, feed.trouble())
            if verdict.phase != "progressing":
                return Waited(verdict, snapshot, lowest)
            if at >= deadline:
                return Waited(*_last_look(ports, kind, reference, present, aim, memory, settings), lowest)
            feed.wait(max(0.0, min(deadline, verdict.look_again, narrator.next_heartbeat) - at))
    finally:
        feed.close()


def _last_look(
    ports: Ports, kind: Kind, reference: Reference, present: Json, aim: Aim, memory: Memory, settings: Settings
) -> tuple[Verdict, Snapshot]:
    snapshot = reading.snapshot(ports.cluster, kind, reference, present)
    _memory, verdict = verdicts.judge(kind, snapshot, aim, memory, settings.limits, ports.clock.monotonic())
    if verdict.phase == "progressing":
        message = f"not complete after {wording.seconds(settings.timeout)}: {verdict.message}"
        verdict = replace(verdict, phase="failed", message=message)
    return verdict, snapshot


class Narrator:
    """Tells each change once, and that it is still alive when nothing changes."""

    def __init__(self, ports: Ports, journal: Journal) -> None:
        self._clock = ports.clock
        self._journal = journal
        self._last = ""
        self._told: set[tuple[str, str, str]] = set()
        self._trouble = ""
        self.next_heartbeat = self._clock.monotonic() + HEARTBEAT

    def tell(self, verdict: Verdict, trouble: str) -> None:
        """Say what this look shows that the one before did not."""
        for finding in verdict.findings:
            if finding.key not in self._told:
                self._told.add(finding.key)
                self._say(wording.brief(finding))
        if trouble != self._trouble:
            self._trouble = trouble
            self._say(f"{trouble}; going on as soon as it answers" if trouble else "the API server answers again")
        counts = f"{verdict.status}: complete" if verdict.phase == "complete" else str(verdict.status)
        if not verdict.lost and counts != self._last:
            self._last = counts
            self._say(counts)
        elif self._clock.monotonic() >= self.next_heartbeat:
            self._say(f"still waiting: {verdict.status.message}")

    def _say(self, text: str) -> None:
        self._journal.say(text)
        self.next_heartbeat = self._clock.monotonic() + HEARTBEAT
