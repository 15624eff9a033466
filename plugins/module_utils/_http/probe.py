# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends requests on a fixed schedule and reports what became of every one of them.

The schedule is open: a request is due at its moment whether or not earlier ones were answered, and its latency counts
from that moment. A stalled server therefore shows as many slow or failed requests, not as a pause (no coordinated
omission).
"""

from __future__ import annotations

import itertools
import queue
import threading
import time
import typing as t
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone

from ansible_collections.steady.rollout.plugins.module_utils._http import samples, sender
from ansible_collections.steady.rollout.plugins.module_utils._http.plan import Plan, check
from ansible_collections.steady.rollout.plugins.module_utils._http.schedule import Schedule

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._http.version import Reader

Json = dict[str, t.Any]

# The threads need a moment to come up; the first requests must not be late because of that.
_LEAD_TIME = 0.05


@dataclass(frozen=True)
class Report:
    """A finished probe. ``seconds``: one record each; ``examples``: what the first failure of each kind said."""

    total: samples.Tally
    by_connection: dict[str, samples.Tally]
    seconds: list[Json]
    examples: dict[str, str]
    started: datetime
    elapsed: float
    stopped_early: bool


@dataclass
class _Sums:
    timeline: samples.Timeline
    total: samples.Tally = field(default_factory=samples.Tally)
    kept: samples.Tally = field(default_factory=samples.Tally)
    new: samples.Tally = field(default_factory=samples.Tally)
    examples: dict[str, str] = field(default_factory=dict)

    def add(self, sample: samples.Sample) -> None:
        self.timeline.add(sample)
        self.total.add(sample)
        (self.new if sample.new_connection else self.kept).add(sample)
        if sample.failure:
            self.examples.setdefault(sample.failure, sample.detail)


class Probe:
    """One probe; ``run`` it once. ``stop`` may come from a signal handler or another thread."""

    def __init__(
        self,
        plan: Plan,
        read_version: Reader | None = None,
        figures: t.Callable[[samples.Tally], Json] = samples.Tally.figures,
    ) -> None:
        self._plan = check(plan)
        self._read_version = read_version
        self._figures = figures
        self._tls = sender.tls_for(plan)
        self._schedule = Schedule(plan.rate, plan.duration)
        self._numbers = itertools.count()
        self._ended: deque[samples.Sample] = deque()
        self._stopped = threading.Event()
        # SimpleQueue.put is the one wake-up that is safe inside a signal handler.
        self._orders: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._start = 0.0
        self.examples: dict[str, str] = {}
        """What the first failure of each kind said, as far as the probe is."""

    def stop(self) -> None:
        """End the schedule now; ``run`` returns once the requests under way have ended."""
        self._orders.put("stop")

    def run(self, on_second: t.Callable[[Json], None] = lambda _record: None) -> Report:
        """Send everything; ``on_second`` gets each second's record once all requests that were due in it have ended."""
        self._start = time.monotonic() + _LEAD_TIME
        started = datetime.now(timezone.utc) + timedelta(seconds=_LEAD_TIME)
        sums = _Sums(samples.Timeline(self._schedule, self._figures), examples=self.examples)
        seconds: list[Json] = []
        at_work = self._plan.concurrency
        try:
            if not self._orders.empty():  # a stop: nobody else asks for anything before there are senders
                self._end_schedule(sums.timeline)
            for _number in range(self._plan.concurrency):
                threading.Thread(target=self._work, daemon=True).start()
            while at_work or self._now() < self._schedule.duration:
                order = self._next_order()
                if order == "done":
                    at_work -= 1
                elif order == "stop":
                    self._end_schedule(sums.timeline)
                self._collect(sums)
                for record in sums.timeline.finished(self._now()):
                    seconds.append(_dated(record, started))
                    on_second(seconds[-1])
        finally:
            self._end_schedule(sums.timeline)
        return _report(sums, seconds, started, self._schedule.duration, self._schedule.duration < self._plan.duration)

    def _now(self) -> float:
        return time.monotonic() - self._start

    def _next_order(self) -> str:
        """What somebody asks for, or an empty string when the current second, or the whole schedule, is over."""
        now, end = self._now(), self._schedule.duration
        try:
            return self._orders.get(timeout=None if now >= end else min(int(now) + 1, end) - now)
        except queue.Empty:
            return ""

    def _end_schedule(self, timeline: samples.Timeline) -> None:
        now = max(0.0, self._now())
        if now < self._schedule.duration:
            self._schedule = timeline.schedule = replace(self._schedule, duration=now)
        self._stopped.set()

    def _collect(self, sums: _Sums) -> None:
        while self._ended:
            sums.add(self._ended.popleft())

    def _work(self) -> None:
        client = sender.Sender(self._plan, self._read_version, self._tls)
        try:
            for number in self._numbers:
                due = self._schedule.due(number)
                while due < self._schedule.duration and (wait := due - self._now()) > 0:
                    self._stopped.wait(wait)
                if due >= self._schedule.duration:
                    break
                self._ended.append(self._send(client, number, due))
                if int(self._now()) > int(due):
                    self._orders.put("late")
        finally:
            client.close()
            self._orders.put("done")

    def _send(self, client: sender.Sender, number: int, due: float) -> samples.Sample:
        connections = self._plan.connections
        new_connection = connections == "new" or (connections == "both" and number % 2 == 1)
        late = self._now() - due
        if late > self._plan.timeout:
            detail = f"all {self._plan.concurrency} senders were busy for more than {self._plan.timeout:g} s"
            return samples.Sample(due, late, new_connection, samples.UNSENT, detail=detail)
        answer = client.send(new_connection)
        return samples.Sample(due, self._now() - due, new_connection, answer.failure, answer.version, answer.detail)


def _report(sums: _Sums, seconds: list[Json], started: datetime, elapsed: float, stopped_early: bool) -> Report:
    by_connection = {"keep_alive": sums.kept, "new": sums.new}
    return Report(sums.total, by_connection, seconds, sums.examples, started, elapsed, stopped_early)


def _dated(record: Json, started: datetime) -> Json:
    return {**record, "at": stamp(started + timedelta(seconds=record["second"]))}


def stamp(moment: datetime) -> str:
    """A date for people and programs: ``2026-01-31T12:00:00.000Z``."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
