# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the story's commands while the traffic goes on, and shows both as they come."""

from __future__ import annotations

import os
import queue
import time
import typing as t
from dataclasses import dataclass, field

from . import figures, processes, screen
from .figures import Second
from .settings import DemoError
from .traffic import Traffic

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .settings import Settings
    from .telling import Teller

HEARTBEAT = 15.0
# How long after a playbook's end the load balancer may still show another version, and what proves that it no longer does.
SETTLE = 15.0
PURE_SECONDS = 2

Json = dict[str, t.Any]


@dataclass
class Step:
    """One row of the table in the making; times are seconds since the epoch.

    ``expected`` are the versions that may answer meanwhile; ``heard`` is when each line of the command came.
    """

    name: str
    expected: tuple[str, ...] = ()
    started: float = field(default_factory=time.time)
    seconds: float = 0.0
    outcome: str = ""
    heard: list[tuple[float, str]] = field(default_factory=list)

    def when(self, words: str) -> float | None:
        """When the first line with these words came, and was shown."""
        return next((moment for moment, line in self.heard if words in line), None)


class Stage:
    """What happens comes through one inbox and is shown by one thread."""

    def __init__(self, settings: Settings, teller: Teller, environment: Mapping[str, str] | None = None) -> None:
        self.settings = settings
        self._more = environment or {}
        self._teller = teller
        self._inbox: processes.Inbox = queue.SimpleQueue()
        self._known: list[str] = []
        self._traffic: Traffic | None = None
        self.seconds: list[Second] = []
        self.steps: list[Step] = []

    def begin(self, name: str, expected: tuple[str, ...] = ()) -> Step:
        """A new row of the table."""
        self.steps.append(Step(name, expected))
        return self.steps[-1]

    def end(self, step: Step, outcome: str) -> None:
        """The row is complete."""
        step.seconds = time.time() - step.started
        step.outcome = outcome
        self._teller.show(f"   {self._teller.style.paint(f'{outcome} after {step.seconds:.1f} s', screen.DIM)}")

    def break_off(self) -> None:
        """A step that has begun will not be ended."""
        for step in self.steps:
            if not step.outcome:
                step.seconds, step.outcome = time.time() - step.started, "broken off"

    def run(
        self, step: Step, command: Sequence[str], shown: Callable[[str], list[str]], doing: Callable[[], str] = str
    ) -> int:
        """Run a command to its end and return its exit code.

        ``shown`` picks what to show of each line; ``doing`` tells what goes on when there was nothing to show for long.
        """
        with processes.started(command, self._environment(), self._inbox):
            while True:
                happened = self._next(step, shown, HEARTBEAT - self._teller.quiet)
                if isinstance(happened, processes.Ended):
                    return happened.code
                if self._teller.quiet >= HEARTBEAT:
                    beat = f"... {screen.minutes(time.time() - step.started)}  {doing()}".rstrip()
                    self._teller.show(f"   {self._teller.style.paint(beat, screen.DIM)}")

    def watch_until_pure(self, step: Step, version: str) -> bool:
        """Watch the traffic until it has shown one version alone for a while; whether it did."""
        ended, deadline = step.started + step.seconds, time.time() + SETTLE
        while True:
            since = [second for second in self.seconds if second.at >= ended]
            if len(since) >= PURE_SECONDS and all(second.only(version) for second in since[-PURE_SECONDS:]):
                return True
            if time.time() >= deadline:
                return False
            self._next(step, lambda line: [line], deadline - time.time())

    def start_traffic(self) -> None:
        """From here on requests keep coming."""
        self._traffic = Traffic(self.settings, self.heard)

    def heard(self, second: Second) -> None:
        """One more second of traffic; may be called from any thread."""
        self._inbox.put(second)

    def stop_traffic(self) -> Json:
        """The traffic's own report, once every second of it has been shown. Raises DemoError."""
        if self._traffic is None:
            raise DemoError("There was no traffic.")
        traffic, self._traffic = self._traffic, None
        report = traffic.stop()
        while not self._inbox.empty():
            happened = self._inbox.get()
            if isinstance(happened, Second):
                self._second(happened)
        self._teller.note(f"traffic: {report['msg']}")
        return report

    def close(self) -> None:
        """Leave nothing running, whatever happened."""
        try:
            if self._traffic:
                self.stop_traffic()
        except DemoError as error:
            self._teller.note(str(error))

    def sums(self) -> dict[str, figures.Sum]:
        """The figures of each step that had traffic, by its name."""
        steps = [step for step in self.steps if step.expected]
        sums = figures.shares_of_steps(self.seconds, [step.started for step in steps]) if steps else []
        return {step.name: figure for step, figure in zip(steps, sums, strict=True)}

    def _environment(self) -> dict[str, str]:
        environment = {
            **os.environ,
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_NOCOWS": "1",
            "ANSIBLE_FORCE_COLOR": "0",
            "ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.default",
            "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml",
            "PYTHONUNBUFFERED": "1",
            **self._more,
        }
        if self.settings.on_lab:
            environment.pop("KUBECONFIG", None)
        return environment

    def _next(self, step: Step, shown: Callable[[str], list[str]], patience: float) -> processes.Happening | None:
        """Deal with the next thing that happens, a line or a second of traffic; None when nothing does."""
        try:
            happened = self._inbox.get(timeout=max(0.0, patience))
        except queue.Empty:
            return None
        if isinstance(happened, Second):
            self._second(happened)
        elif isinstance(happened, processes.Line):
            self._teller.note(f"{'!' if happened.error else '|'} {happened.text}")
            if not happened.error:
                step.heard.append((time.time(), happened.text))
                for text in shown(happened.text):
                    self._teller.show(f"   {text}")
        return happened

    def _second(self, second: Second) -> None:
        self._known += [version for version in sorted(second.versions) if version not in self._known]
        calm = bool(self.seconds) and len(second.versions) == 1 and not second.failed
        same = calm and second.versions == self.seconds[-1].versions
        self._teller.tick(screen.second_line(second, self._known, self._teller.style), same)
        self.seconds.append(second)
