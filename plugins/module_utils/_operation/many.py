# SPDX-License-Identifier: GPL-3.0-or-later
"""Many workloads in one run: each by the very operation that does one, some at a time, over streams that all share."""

from __future__ import annotations

import collections
import threading
import time
import typing as t
from dataclasses import dataclass, replace

from ansible_collections.steady.rollout.plugins.module_utils._operation import journal, survey
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Cluster, Ports, SharingCluster
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference

NOT_BEGUN, INTERRUPTED = "not_begun", "interrupted"
FAREWELL = 15.0
"""Seconds that workers have to end their Leases after an interruption."""
_NAMED = 5
_WHOLE = 3


@dataclass(frozen=True)
class Task:
    """One workload, and what is to be done with it."""

    reference: Reference
    settings: Settings
    operate: t.Callable[[Ports, Reference, Settings], Outcome]


def many(
    ports: Ports, cluster: SharingCluster, tasks: t.Sequence[Task], *, parallel: int, stop_on_failure: bool
) -> tuple[tuple[Outcome, ...], str]:
    """All outcomes in the order of the tasks, and by what the run was interrupted, if it was. ``parallel`` 0: all at once.

    Raises Refused before the first write when one of them cannot be done.
    """
    with cluster.shared():
        ports = replace(ports, glance=t.cast("Cluster", survey.Glance(cluster, ports.clock)))
        survey.check(ports, tasks)
        crew = _Crew(ports, tasks, stop_on_failure)
        places = range(min(parallel or len(tasks), len(tasks)))
        workers = [threading.Thread(target=crew.work, daemon=True) for _place in places]
        try:
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join()
        except errors.Interrupted as reason:
            crew.stop(str(reason))
            cluster.stop(errors.Interrupted(""))
            deadline = time.monotonic() + FAREWELL
            for worker in workers:
                if worker.ident is not None:
                    worker.join(max(0.0, deadline - time.monotonic()))
    return crew.outcomes(), crew.interrupted


class _Crew:
    """What the workers share: the tasks that are left, the outcomes so far, and why no further task is begun."""

    def __init__(self, ports: Ports, tasks: t.Sequence[Task], stop_on_failure: bool) -> None:
        self._ports = ports
        self._tasks = tasks
        self._stop_on_failure = stop_on_failure
        self._line = threading.Lock()
        self._left = collections.deque(range(len(tasks)))
        self._begun: set[int] = set()
        self._outcomes: dict[int, Outcome] = {}
        self._over = ""
        self.interrupted = ""

    def work(self) -> None:
        """Take one task after the other until there is none, or none may be begun."""
        while True:
            with self._line:
                if self._over or not self._left:
                    return
                number = self._left.popleft()
                self._begun.add(number)
            outcome = self._done(self._tasks[number])
            with self._line:
                self._outcomes[number] = outcome
                if outcome.failed and self._stop_on_failure:
                    self._over = self._over or f"{outcome.reference.short} failed"

    def stop(self, reason: str) -> None:
        """Begin no further task."""
        with self._line:
            self.interrupted = reason
            self._over = self._over or "the run was stopped"

    def outcomes(self) -> tuple[Outcome, ...]:
        """An outcome for each task, also for those that have none of their own."""
        with self._line:
            return tuple(self._outcomes.get(number) or self._without(number) for number in range(len(self._tasks)))

    def _without(self, number: int) -> Outcome:
        reference = self._tasks[number].reference
        if number in self._begun:
            text = f"{reference}: the API server had not answered when the run ended; see with workload_info how far it is."
            return Outcome(reference, False, True, text, INTERRUPTED)
        return Outcome(reference, False, False, f"{reference} was not begun: {self._over}.", NOT_BEGUN)

    def _done(self, task: Task) -> Outcome:
        try:
            return task.operate(self._ports, task.reference, task.settings)
        except errors.Interrupted as stopped:
            text = str(stopped).strip() or f"{task.reference}: {journal.UNTOUCHED}"
            return Outcome(task.reference, not text.endswith(journal.UNTOUCHED), True, text, INTERRUPTED)
        except errors.RolloutError as error:
            return Outcome(task.reference, False, True, str(error), "failed")
        except Exception as fault:
            text = f"{task.reference}: a fault of this collection ended it: {type(fault).__name__}: {fault}"
            return Outcome(task.reference, False, True, text, "failed")


def summary(outcomes: t.Sequence[Outcome], done: str, *, unchanged: str = "unchanged", dry_run: bool = False) -> str:
    """What became of all of them, in one sentence; the reports of the first ones that failed follow it."""
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        well = f"would be {done}" if dry_run else done
        groups.setdefault(_fate(outcome, well if outcome.changed else unchanged), []).append(outcome)
    counts = ", ".join(f"{len(group)} {fate}{_names(fate, group)}" for fate, group in groups.items())
    failed = [outcome for outcome in outcomes if outcome.failed]
    lines = [f"Of {len(outcomes)} workloads {counts}.", *(outcome.message for outcome in failed[:_WHOLE])]
    if len(failed) > _WHOLE:
        lines.append(f"The other {len(failed) - _WHOLE} that failed: see results.")
    return "\n".join(lines)


def _fate(outcome: Outcome, well: str) -> str:
    if outcome.status in (NOT_BEGUN, INTERRUPTED):
        return outcome.status.replace("_", " ")
    return "failed" if outcome.failed else well


def _names(fate: str, group: t.Sequence[Outcome]) -> str:
    if fate not in ("failed", NOT_BEGUN.replace("_", " "), INTERRUPTED):
        return ""
    named = [_name(outcome) for outcome in group[:_NAMED]]
    more = [f"{len(group) - _NAMED} more"] if len(group) > _NAMED else []
    return f" ({'; '.join([*named, *more])})"


def _name(outcome: Outcome) -> str:
    cause = f": {outcome.findings[0].title}" if outcome.failed and outcome.findings else ""
    return f"{outcome.reference.short}{cause}"
