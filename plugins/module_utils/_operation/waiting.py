# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for a rollout: look, judge, tell what changed, and sleep until something happens or patience ends."""

from __future__ import annotations

import math
import typing as t
from dataclasses import dataclass, replace

from ansible_collections.steady.rollout.plugins.module_utils._operation import reading
from ansible_collections.steady.rollout.plugins.module_utils._rollout import (
    errors,
    objects,
    podwords,
    templates,
    wording,
)
from ansible_collections.steady.rollout.plugins.module_utils._rollout import verdict as verdicts

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.journal import Journal
    from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Settings
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Feed, Ports
    from ansible_collections.steady.rollout.plugins.module_utils._operation.roll import Roll
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Finding
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import Scope
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Snapshot
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.verdict import Aim, Memory, Verdict

Json = dict[str, t.Any]

HEARTBEAT = 15.0
STARTING = 2.0
"""Seconds for which a container that has just been started may fail its probe without a word about it."""
DOUBT = 1.0
"""Seconds to wait for the watches to see what a fresh reading has seen already."""


@dataclass(frozen=True)
class Look:
    """One look of a wait: when (monotonic seconds), what was seen and made of it, and the feed's objects of any scope in it."""

    at: float
    snapshot: Snapshot
    verdict: Verdict
    objects: t.Callable[[Scope], list[Json]]


class Step(t.Protocol):
    """Something that goes along with a wait and has a say in its verdict."""

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """What else it wants to see."""

    def look(self, look: Look) -> Verdict:
        """The look's verdict, changed or not; ``look_again`` says when this step wants the next look at the latest."""

    def close(self) -> None:
        """End what it began."""


@dataclass(frozen=True)
class Waited:
    """How a wait ended: the verdict, the snapshot it was made from, and the fewest pods that were available meanwhile.

    ``seen`` is false when the API server was away at the deadline: then nobody knows how the rollout is.
    """

    verdict: Verdict
    snapshot: Snapshot
    lowest_available: int
    seen: bool = True


def wait(roll: Roll, present: Json, aim: Aim, steps: t.Sequence[Step] = ()) -> Waited:
    """Wait until the rollout of ``present`` is complete and every step agrees, it cannot become so, or the timeout has passed.

    Before anything is called a failure everything is read once more: the news that it is none may be on its way.
    """
    memory, lowest = verdicts.Memory(), roll.kind.available(present)
    ports, settings = roll.ports, roll.settings
    scopes = roll.kind.scopes(present, nodes=settings.limits.ignore_unready_nodes)
    deadline = ports.clock.monotonic() + settings.timeout
    version = templates.version(objects.template(present), objects.name(present), settings.container)
    narrator = Narrator(ports, roll.journal, version)
    feed = _open(roll, tuple(dict.fromkeys((*scopes, *(scope for step in steps for scope in step.scopes)))), deadline)
    try:
        while True:
            at = ports.clock.monotonic()
            snapshot = roll.kind.gather(roll.reference, [feed.objects(scope) for scope in scopes])
            memory, verdict = verdicts.judge(roll.kind, snapshot, aim, memory, settings.limits, at)
            narrator.tell(verdict, feed.trouble())
            counted = verdict.status.counted  # until then pods of a revision that is used again look like old ones
            if counted and ports.progress.detailed:
                narrator.tell_pods(podwords.states(roll.kind, snapshot))
            if verdict.phase == "complete":  # the time is for the rollout; its gates bring their own
                deadline = max(deadline, at + settings.timeout)
            overdue = at >= deadline and verdict.phase == "progressing"
            latest, seen = math.inf, True
            if verdict.phase == "failed" or overdue:
                snapshot, verdict, seen = _look_again(roll, present, aim, memory, snapshot, verdict)
                verdict = _late(verdict, settings) if overdue or (at >= deadline and not seen) else verdict
                latest = at + DOUBT
            for step in steps:
                verdict = step.look(Look(at, snapshot, verdict, feed.objects))
            narrator.held_back = verdict.message if verdict.status.complete else ""
            lowest = min(lowest, verdict.status.available)
            if verdict.phase != "progressing":
                return Waited(verdict, snapshot, lowest, seen)
            until = min(deadline if at < deadline else math.inf, verdict.look_again, narrator.next_heartbeat, latest)
            feed.wait(max(0.0, until - ports.clock.monotonic()))
    finally:
        feed.close()
        for step in steps:
            step.close()


def _open(roll: Roll, scopes: tuple[Scope, ...], deadline: float) -> Feed:
    """The feed. An API server that is away is waited for until the deadline; raises Unreachable then."""
    while True:
        try:
            return roll.ports.cluster.open_feed(scopes)
        except errors.Unreachable as silence:
            if roll.ports.clock.monotonic() >= deadline:
                raise
            roll.journal.say(f"{silence} Going on as soon as it does.")


def _look_again(
    roll: Roll, present: Json, aim: Aim, memory: Memory, seen: Snapshot, verdict: Verdict
) -> tuple[Snapshot, Verdict, bool]:
    """Judge a fresh reading. When the API server does not answer, what was seen proves nothing: only the deadline may end it."""
    try:
        nodes = roll.settings.limits.ignore_unready_nodes
        snapshot = reading.snapshot(roll.ports.cluster, roll.kind, roll.reference, present, nodes=nodes)
    except errors.Unreachable as silence:
        message = str(silence).rstrip(".")
        return seen, replace(verdict, phase="progressing", message=message, findings=(), lost=False), False
    at = roll.ports.clock.monotonic()
    return snapshot, verdicts.judge(roll.kind, snapshot, aim, memory, roll.settings.limits, at)[1], True


def _late(verdict: Verdict, settings: Settings) -> Verdict:
    """The verdict at the deadline: what is not complete by then has failed."""
    if verdict.phase != "progressing":
        return verdict
    message = f"not complete after {wording.seconds(settings.timeout)}: {verdict.message}"
    return replace(verdict, phase="failed", message=message)


class Narrator:
    """Tells each change once, and that it is still alive when nothing changes."""

    def __init__(self, ports: Ports, journal: Journal, version: str = "") -> None:
        self._clock = ports.clock
        self._journal = journal
        self._version = version
        self._last = ""
        self._seen: dict[tuple[str, str, str], float] = {}
        self._told: set[tuple[str, str]] = set()
        self._trouble = ""
        self._pods: dict[str, str] = {}
        self._first = True
        self.held_back = ""
        """What keeps a complete rollout from counting as such."""
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
            self._say(counts, verdict.status.pods(self._version), passing=verdict.phase == "progressing")
        elif self._clock.monotonic() >= self.next_heartbeat:
            self._say(f"still waiting: {self.held_back or verdict.status.message}")

    def tell_pods(self, states: dict[str, str]) -> None:
        """Say in detail how each pod is that changed since the look before, or was not ready at the first; ``states`` by name."""
        gone = dict.fromkeys(self._pods.keys() - states.keys(), "gone")
        for name, state in {**states, **gone}.items():
            before = state if self._first and ", ready" in state else ""
            if state != self._pods.get(name, before):
                self._journal.detail(f"pod {name}: {state}", name)
        self._pods, self._first = states, False

    def _worth_telling(self, finding: Finding) -> bool:
        """A probe that fails while its container starts is nothing yet; everything else is news at once."""
        since = self._seen.setdefault(finding.key, self._clock.monotonic())
        return finding.code != "probe" or finding.severity == "terminal" or self._clock.monotonic() - since >= STARTING

    def _say(self, text: str, pods: Json | None = None, *, passing: bool = False) -> None:
        self._journal.say(text, pods, passing=passing)
        self.next_heartbeat = self._clock.monotonic() + HEARTBEAT
