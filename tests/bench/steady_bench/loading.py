# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows about what an upgrade asks of the API server: one workload, and twenty in a row or at once."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence

from .counting import Count, counting
from .line import CORE, HELM, KUBECTL, OURS, Goal, Line, at_most, figures_of
from .row import Row
from .stage import Place, Stage, stage
from .watching import server_of

SINGLE = {
    OURS: "play steady_rollout --extra-vars=version={}",
    CORE: "kubernetes_core {}",
    KUBECTL: "kubectl_ {}",
    HELM: "helm_ {}",
}
BATCH = {OURS: "twenty_steady_rollout {}", KUBECTL: "twenty_kubectl {}", CORE: "twenty_kubernetes_core {}"}
ONCE = 0
"""The round in which kubernetes.core upgrades twenty: one after the other, looking every five seconds, it takes two minutes."""
VERSIONS = ("2.0", "1.0")
Samples = dict[str, list[float]]


def single(place: Place, runs: int) -> Iterator[Line]:
    """Each tool in turn; what it learns about the API and keeps is there from an upgrade before."""
    requests, received = counted(place, runs, SINGLE, {HELM: "given_helm 1.0"}, "given 1.0")
    limit = figures_of(requests[KUBECTL]).median + 6
    yield lines("one upgrade", requests, received, at_most("at most kubectl + 6", median(requests[OURS]), limit))


def batch(place: Place, runs: int) -> Iterator[Line]:
    """The same for twenty."""
    requests, received = counted(place, runs, BATCH, {}, "given_twenty 1.0")
    each = at_most("at most 3 for each", median(requests[OURS]), 60)
    yield lines("upgrade of 20", requests, received, each)


def lines(what: str, requests: Samples, received: Samples, goal: Goal) -> Line:
    """Requests, with the bytes as notes."""
    notes = {who: f"({median(sizes):,.0f} KB)" for who, sizes in received.items()}
    return Line(f"requests, {what}", "count (KB received)", requests, (goal,), notes)


def median(samples: Sequence[float]) -> float:
    return figures_of(samples).median


def counted(
    place: Place, runs: int, words: Mapping[str, str], given: Mapping[str, str], usual: str
) -> tuple[Samples, Samples]:
    """Requests and KB received, by tool."""
    requests: Samples = {who: [] for who in words}
    received: Samples = {who: [] for who in words}
    server = server_of(place.kubeconfig, place.folder)
    with contextlib.ExitStack() as stack:
        stages = {who: stack.enter_context(stage(place, "requests")) for who in words}
        for who, own in stages.items():
            own.prepare(given.get(who, usual))
        # One proxy each for all runs: what tools keep about the API they keep by its address.
        proxies = {who: stack.enter_context(counting(server, own.folder, own.namespace)) for who, own in stages.items()}
        for number in range(runs + 1):
            for who, own in stages.items():
                slow = who == CORE and words is BATCH
                if slow and number != ONCE:
                    continue
                ask(own, proxies[who], words[who].format(VERSIONS[number % 2]))
                if number or slow:  # the first one fills what is kept; of twenty upgrades one does so for the others
                    requests[who].append(proxies[who].requests)
                    received[who].append(proxies[who].answered / 1000)
    return requests, received


def ask(own: Stage, count: Count, text: str) -> None:
    """One upgrade through the proxy; what it asked is added to the log."""
    count.begin()
    own.succeed(text, count.kubeconfig)
    with own.log.open("a") as file:
        print(*(f"{times:4} {request}" for request, times in sorted(count.asked.items())), sep="\n", file=file)


ROWS = (Row("requests, one upgrade", 3, single), Row("requests, upgrade of 20", 6, batch))
