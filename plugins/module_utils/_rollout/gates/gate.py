# SPDX-License-Identifier: GPL-3.0-or-later
"""What a file in this folder has to answer for its gate, what it may look at, and how it answers. The module is the implementation."""

from __future__ import annotations

import math
import typing as t
from dataclasses import dataclass, field

from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds.kind import Kind
from ansible_collections.steady.rollout.plugins.module_utils._rollout.options import Option
from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import Scope
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Snapshot
from ansible_collections.steady.rollout.plugins.module_utils._rollout.status import Status

Json = dict[str, t.Any]
State = t.Literal["waiting", "holds", "passed", "failed"]
Want = t.Literal["", "begin", "stop", "drop"]
Objects = t.Callable[[Scope], list[Json]]
SIDES = ("new", "old")
"""What is compared, where a strategy has both versions side by side."""


@dataclass(frozen=True)
class View:
    """One look at the rollout, at ``at`` (monotonic seconds), and what the gate knows of the looks before.

    ``completed`` is when the rollout was first complete, None before. ``memory`` is what the gate's last answer carried; ``measured``
    what its measurement has found by now, None when none is under way or nothing is known yet.
    """

    at: float
    began: float
    completed: float | None
    complete: bool
    kind: Kind
    snapshot: Snapshot
    status: Status
    objects: Objects
    memory: t.Any = None
    measured: t.Any = None

    @property
    def workload(self) -> Json:
        """The workload; empty when it is gone."""
        return self.snapshot.workload or {}

    @property
    def new_pods(self) -> list[Json]:
        """The pods of the new revision that its controller counts on."""
        return [pod for pod in self.snapshot.new_pods if objects.active(pod)]


@dataclass(frozen=True)
class Outlook:
    """A workload as it will be, before anything is written; ``rolls`` tells whether pods are going to be replaced."""

    kind: Kind
    workload: Json
    rolls: bool
    objects: Objects


@dataclass(frozen=True)
class Reading:
    """The answer of one look.

    ``holds``: as it should be, but it is looked at for as long as anything else is waited for; ``passed`` is final.
    ``want``: what to do about the measurement: begin one, stop it (it will still tell what it found), or drop it. ``pod`` and
    ``container`` name whose last words tell more.
    """

    state: State
    message: str
    measurement: Json = field(default_factory=dict)
    memory: t.Any = None
    look_again: float = math.inf
    want: Want = ""
    hint: str = ""
    pod: str = ""
    container: str = ""


class Form(t.Protocol):
    """One kind of gate."""

    NAME: str
    SHORT: str
    """The option that is meant when the gate is written with a single value; empty when there is no short form."""

    @property
    def OPTIONS(self) -> tuple[Option, ...]:
        """Its options, beside those that every gate has."""

    def check(self, options: Json, where: str, /) -> None:
        """Raise InvalidInput where the options contradict one another."""

    def scopes(self, options: Json, workload: Json, /) -> tuple[Scope, ...]:
        """What has to be listed and watched beside the workload's own objects."""

    def impossible(self, options: Json, outlook: Outlook, /) -> str:
        """Why the gate can never hold for this workload, with the way out; empty when it can."""

    def judge(self, options: Json, view: View, /) -> Reading:
        """Whether it holds at this look."""


@dataclass(frozen=True)
class Gate:
    """One gate of a list: ``where`` is how messages name it (``gates[2].http``), ``label`` how people do (``http``, ``http 2``)."""

    form: Form
    where: str
    label: str
    options: Json

    def judge(self, view: View) -> Reading:
        """Whether it holds at this look."""
        return self.form.judge(self.options, view)


def unchecked(_options: Json, _where: str) -> None:
    """For gates whose options cannot contradict one another."""


def no_scopes(_options: Json, _workload: Json) -> tuple[Scope, ...]:
    """For gates that look at nothing but the workload's own objects."""
    return ()


def possible(_options: Json, _outlook: Outlook) -> str:
    """For gates that any workload can pass."""
    return ""


def sides_missing(options: Json, _outlook: Outlook) -> str:
    """For gates that compare two versions side by side."""
    if "sides" in options:
        return ""
    return (
        "it compares two versions side by side, and there are none here."
        " Write it into a step of strategy canary, or measure with http or prometheus."
    )
