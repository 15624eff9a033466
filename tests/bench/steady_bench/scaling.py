# SPDX-License-Identifier: GPL-3.0-or-later
"""The row about many Deployments in one task, next to what the cluster itself needs for them."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator

from . import fleet
from .line import CORE, KUBECTL, OURS, Line, at_most
from .measured import Measured
from .row import NotPlayed, Row
from .stage import Place, Stage, stage
from .watching import Server, server_of

FLOOR = "the cluster itself"
SIZES = (20, 100)
LARGER = (500, 1000)
"""Half an hour for both of them: only where they are asked for."""
CORE_UP_TO, KUBECTL_UP_TO = 20, 100
"""Larger sizes would take these most of an hour."""
AT_ONCE = 10
"""``max_parallel`` of ours: its default."""
MOST = 900
"""Seconds that one of them may take."""


def row(wanted: tuple[int, ...]) -> Row:
    """Each size once, however many runs the others have: a run is long, and has a floor of its own."""
    return Row("scale", 3 + sum(wanted) / 50, functools.partial(play, wanted))


def play(wanted: tuple[int, ...], place: Place, _runs: int) -> Iterator[Line]:
    yield from sizes(place, wanted)


def sizes(place: Place, wanted: tuple[int, ...], at_once: int = AT_ONCE) -> Iterator[Line]:
    """The Deployments of a size are there for the next one, too; so many are upgraded at once, 0: all."""
    server = server_of(place.kubeconfig, place.folder)
    with stage(place, "scale") as own, fleet.playing(place, server, own.namespace, max(wanted) * fleet.PODS):
        for size in sorted(wanted):
            fleet.given(server, own.namespace, own.namespace, size)
            yield from lines(own, server, size, at_once)


def lines(own: Stage, server: Server, size: int, at_once: int) -> Iterator[Line]:
    """What one size takes and needs; versions go up, so that each way rolls all of them."""
    versions = [f"{size}.{number}" for number in reversed(range(9))]
    floor = fleet.floor(server, own.namespace, size, versions.pop())
    ours, lasted = rolled(own, server, size, f"many {versions.pop()} {at_once}", "task")
    samples = {OURS: [lasted], FLOOR: [floor]}
    if size <= KUBECTL_UP_TO:
        samples[KUBECTL] = [rolled(own, server, size, f"many_kubectl {versions.pop()}", "")[1]]
    if size <= CORE_UP_TO:
        samples[CORE] = [rolled(own, server, size, f"many_kubernetes_core {versions.pop()}", "task")[1]]
    if size <= KUBECTL_UP_TO:
        samples[FLOOR].append(fleet.floor(server, own.namespace, size, versions.pop()))
    limit = 1.2 * sum(samples[FLOOR]) / len(samples[FLOOR])
    what, goal = f"{size} Deployments of {fleet.PODS} pods in one task", "1.2 times the cluster itself"
    yield Line(what, "s", samples, (at_most(goal, lasted, limit, " s"),))
    yield Line(f"{size} Deployments, processor", "s", {OURS: [ours.cpu]}, ())
    yield Line(
        f"{size} Deployments, memory", "MB", {OURS: [ours.memory]}, (at_most("under 300 MB", ours.memory, 300, " MB"),)
    )


def rolled(own: Stage, server: Server, size: int, words: str, of: str) -> tuple[Measured, float]:
    """What was measured, and the seconds from the beginning of the task, or of the program, to its end. Raises NotPlayed."""
    tasks = own.folder / "tasks"
    tasks.unlink(missing_ok=True)
    (own.folder / "workloads").write_text(json.dumps({"app_workloads": [{"name": name} for name in fleet.names(size)]}))
    with fleet.Count(server, own.namespace, words.split()[1], size) as count:
        measured = own.measure(words, limit=MOST)
        if measured.code != 0:
            raise NotPlayed(f"{words} ended with exit code {measured.code} ({own.log})")
        count.wait(5)
    noted = [json.loads(line) for line in tasks.read_text().splitlines()] if of else []
    return measured, noted[-1]["ended"] - noted[0]["began"] if noted else measured.seconds
