# SPDX-License-Identifier: GPL-3.0-or-later
"""The row about one upgrade of a healthy Deployment: how long it takes, and how much of that after it was complete."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Iterator

from .line import CORE, HELM, KUBECTL, OURS, Line, at_least, at_most
from .row import NotPlayed, Row
from .stage import Place, Stage, stage
from .tasks import last_end, noted
from .watching import Server, completed, server_of, watching

EAGER = "kubernetes.core, wait_sleep 1"
NOTHING = "ansible-playbook without a task"
WORDS = {
    OURS: "steady_rollout {}",
    CORE: "kubernetes_core {}",
    EAGER: "kubernetes_core {} 1",
    KUBECTL: "kubectl_ {}",
    HELM: "helm_ {}",
}
VERSIONS = ("2.0", "1.0")
Samples = dict[str, list[float]]


def play(place: Place, runs: int) -> Iterator[Line]:
    """Each tool in turn, in a namespace of its own, to and fro."""
    whole: Samples = defaultdict(list)
    lags: Samples = defaultdict(list)
    server = server_of(place.kubeconfig, place.folder)
    with contextlib.ExitStack() as stack:
        stages = {who: stack.enter_context(stage(place, "upgrade")) for who in WORDS}
        for who, own in stages.items():
            own.prepare(f"given_helm {VERSIONS[1]}" if who == HELM else f"given {VERSIONS[1]}")
        for number in range(runs):
            whole[NOTHING].append(stages[OURS].succeed("nothing").seconds)
            for who, own in stages.items():
                seconds, lag = upgrade(own, server, WORDS[who], VERSIONS[number % 2])
                whole[who].append(seconds)
                lags[who].append(lag)
    yield lag_line(lags)
    yield whole_line(whole)


def upgrade(own: Stage, server: Server, words: str, version: str) -> tuple[float, float]:
    """Seconds from start to exit, and from complete to the end of the task, where it is one, or of the program."""
    with watching(server, own.namespace) as watch:
        measured = own.succeed(words.format(version))
    complete = completed(watch.seen, f"registry.lab:5000/app:{version}")
    if complete is None:
        raise NotPlayed(f"{words.format(version)} ended, and nobody saw the rollout complete ({own.log})")
    ended = last_end(noted(own.folder / "tasks")) or measured.ended
    return measured.seconds, ended - complete


def lag_line(lags: Samples) -> Line:
    line = Line("return lag", "s", lags)
    ours = line.median(OURS)
    goals = (
        at_most("median at most 0.2 s", ours, 0.2, " s"),
        at_least("10 times less than kubernetes.core", line.median(CORE) / max(ours, 0.001), 10, " times"),
        at_most("at most kubectl + 0.1 s", ours, line.median(KUBECTL) + 0.1, " s"),
    )
    return Line(line.what, line.unit, lags, goals)


def whole_line(whole: Samples) -> Line:
    line = Line("whole upgrade", "s", whole)
    limit = line.median(KUBECTL) + line.median(NOTHING) + 0.7
    goal = at_most("at most kubectl + ansible-playbook without a task + 0.7 s", line.median(OURS), limit, " s")
    return Line(line.what, line.unit, whole, (goal,))


ROW = Row("upgrade", 4, play)
