# SPDX-License-Identifier: GPL-3.0-or-later
"""The row about what a module costs before it does anything: a task that reads one Deployment, less a ping of the same play."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .line import CORE, OURS, Goal, Line, at_most
from .row import Row
from .stage import Place, stage
from .tasks import Json, noted

ACTIONS = {
    "ansible.builtin.ping": "ping",
    "steady.rollout.workload_info": OURS,
    "kubernetes.core.k8s_info": CORE,
}
TIMES = ("first task of a play", "later task")
UNITS = {"seconds": "s", "cpu": "s CPU", "memory": "MB"}
Costs = dict[tuple[str, str, str], list[float]]
"""By what is measured, which time, and who."""


def play(place: Place, runs: int) -> Iterator[Line]:
    """One play after the other, each module twice in each."""
    costs: Costs = {}
    with stage(place, "start") as own:
        own.prepare("given 1.0")
        own.succeed("play start")
        noted(own.folder / "tasks"), noted(own.folder / "used")
        for _run in range(runs):
            own.succeed("play start")
            add(costs, noted(own.folder / "tasks"), noted(own.folder / "used"))
    for time in TIMES:
        for what, unit in UNITS.items():
            if what == "seconds" or time == TIMES[1]:  # what a module's process takes does not depend on who packed it
                yield line_of(costs, what, time, unit)


def add(costs: Costs, tasks: Sequence[Json], used: Sequence[Json]) -> None:
    """What the tasks of one play cost over the ping of the same time."""
    seen: list[str] = []
    pings: dict[str, float] = {}
    for task, use in zip(tasks, used, strict=True):
        who = ACTIONS[task["action"]]
        time = TIMES[seen.count(who)]
        seen.append(who)
        cost = {"seconds": task["ended"] - task["began"], **use}
        for what, value in cost.items():
            if who == "ping":
                pings[what] = value
            costs.setdefault((what, time, who), []).append(value - (0 if who == "ping" else pings[what]))


def line_of(costs: Costs, what: str, time: str, unit: str) -> Line:
    samples = {who: costs[what, time, who] for who in (OURS, CORE, "ping")}
    line = Line("", unit, samples)
    name = f"start of a module over ping, {time}" if what == "seconds" else "a module's process over ping"
    return Line(name, unit, samples, goals(line.median(OURS), line.median(CORE)))


def goals(ours: float, core: float) -> tuple[Goal, ...]:
    return (at_most("at most 0.8 of kubernetes.core", ours / core, 0.8),)


ROW = Row("start", 1, play)
