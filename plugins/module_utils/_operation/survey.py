# SPDX-License-Identifier: GPL-3.0-or-later
"""Looking at many workloads, all of them before the first is changed, without asking the API server the same thing twice."""

from __future__ import annotations

import math
import threading
import typing as t
from concurrent.futures import Future
from dataclasses import replace

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, kinds
from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import POD, Resource, Scope

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.many import Task
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Clock, Ports, SharingCluster

Json = dict[str, t.Any]

MOMENT = 2.0
"""Seconds for which what one was told is news to the others."""
_LIVE = frozenset((POD, *(resource for kind in kinds.KINDS for resource in (kind.RESOURCE, kind.REVISION_RESOURCE))))
"""What the operations watch anyhow."""


class Glance:
    """A cluster on which many look at once: what one of them was told a moment ago is not asked for again.

    Workloads, their revisions and pods are those of the shared streams, true at this moment. All else is the cluster's own.
    """

    def __init__(self, cluster: SharingCluster, clock: Clock) -> None:
        self._cluster = cluster
        self._clock = clock
        self._line = threading.Lock()
        self._told: dict[object, tuple[float, Future[t.Sequence[Json]]]] = {}

    def read(self, resource: Resource, namespace: str, name: str) -> Json:
        """One object. Raises NotFound."""
        found = (
            self._streamed(Scope(resource, namespace, fields=f"metadata.name={name}")) if resource in _LIVE else None
        )
        return found[0] if found else self._cluster.read(resource, namespace, name)

    def list(self, scope: Scope) -> t.Sequence[Json]:
        """The scope's objects."""
        found = self._streamed(scope) if scope.resource in _LIVE else None
        return self._once(self._cluster.list, scope) if found is None else found

    def rules(self, namespace: str) -> t.Sequence[Json]:
        """What RBAC allows us in the namespace, asked once in a run: the server has the last word at each write."""
        return self._once(self._cluster.rules, namespace, moment=math.inf)

    def __getattr__(self, name: str) -> t.Any:
        return getattr(self._cluster, name)

    def _streamed(self, scope: Scope) -> t.Sequence[Json] | None:
        try:
            return self._cluster.seen(scope)
        except errors.RolloutError:
            return None  # asked for by itself it says why

    def _once(
        self, ask: t.Callable[[t.Any], t.Sequence[Json]], what: object, *, moment: float = MOMENT
    ) -> t.Sequence[Json]:
        """The answer to one who asks for all that ask within a moment, or its error."""
        now = self._clock.monotonic()
        with self._line:
            told = self._told.get(what)
            answer: Future[t.Sequence[Json]] = told[1] if told and now - told[0] <= moment else Future()
            first = not told or answer is not told[1]
            if first:
                self._told[what] = (now, answer)
        if first:
            try:
                answer.set_result(ask(what))
            except BaseException as error:
                answer.set_exception(error)
        return answer.result()


def check(ports: Ports, tasks: t.Sequence[Task]) -> None:
    """Let each task look at its workload and decide, and write nothing. Raises Refused naming every one that cannot be done."""
    refused = []
    for task in tasks:
        try:
            task.operate(ports, task.reference, replace(task.settings, only_check=True))
        except errors.RolloutError as reason:
            refused.append(str(reason))
    if refused:
        lines = "".join(f"\n  {reason}" for reason in dict.fromkeys(refused))
        raise errors.Refused(f"Nothing was changed: {len(refused)} of {len(tasks)} workloads cannot be.{lines}")
