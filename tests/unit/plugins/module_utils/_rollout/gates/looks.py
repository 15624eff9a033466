# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at a rollout as gates get them."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import gates
from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates.gate import Gate, Outlook, Reading, View
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds import deployment
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Snapshot
from ansible_collections.steady.rollout.tests.unit import samples

Json = dict[str, t.Any]

ROLLING = samples.rolling([samples.unready("2.0")], old=[samples.pod("1.0", name) for name in ("a", "b", "c")])


def complete(*pods: Json) -> Snapshot:
    """A complete rollout of 2.0 with these pods of it."""
    there = pods or tuple(samples.pod("2.0", name) for name in ("a", "b", "c"))
    return samples.snapshot(samples.workload("2.0", 2), [samples.revision("1.0", 1), samples.revision("2.0", 2)], there)


def one(written: t.Any, **more: t.Any) -> Gate:
    """The gate that is written so; ``more`` are the options that an operation adds."""
    (gate,) = gates.parse([written])
    gate.options.update(more)
    return gate


class Watch:
    """Looks with one gate, again and again. The rollout is complete from second 10 on, unless told otherwise."""

    def __init__(self, gate: Gate, completed: float | None = 10.0) -> None:
        self.gate = gate
        self.completed = completed
        self.memory: t.Any = None

    def look(self, at: float, snapshot: Snapshot, *, measured: t.Any = None, objects: t.Sequence[Json] = ()) -> Reading:
        """The gate's answer at that moment."""
        status = deployment.judge(snapshot)
        view = View(
            at=at,
            began=0.0,
            completed=self.completed if self.completed is not None and at >= self.completed else None,
            complete=status.complete,
            kind=deployment,
            snapshot=snapshot,
            status=status,
            objects=lambda scope: [item for item in objects if item["kind"] == scope.resource.kind],
            memory=self.memory,
            measured=measured,
        )
        reading = self.gate.judge(view)
        self.memory = reading.memory
        return reading


def refusal(gate: Gate, workload: Json, objects: t.Sequence[Json] = (), *, rolls: bool = True) -> str:
    """Why the gate can never hold for that workload."""

    def of(scope: t.Any) -> list[Json]:
        return [item for item in objects if item["kind"] == scope.resource.kind]

    return gate.form.impossible(gate.options, Outlook(deployment, workload, rolls, of))
