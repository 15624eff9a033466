# SPDX-License-Identifier: GPL-3.0-or-later
"""The row about how soon a tool names what is wrong: from the first sign in the cluster to the first line that says so."""

from __future__ import annotations

import json
import math
import typing as t
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

from .causes import CAUSES, Cause
from .line import CORE, HELM, KUBECTL, OURS, Line, at_least, at_most, figures_of
from .row import NotPlayed, Row
from .stage import Place, stage
from .watching import Server, first, server_of, watching

WORDS = {
    OURS: "cause_steady_rollout",
    CORE: "cause_kubernetes_core",
    KUBECTL: "cause_kubectl",
    HELM: "cause_helm",
}
PEERS = (CORE, KUBECTL, HELM)


class Named(t.NamedTuple):
    """Seconds after the first sign; ``words``: whether anything that it printed names the cause, else it is when it gave up."""

    seconds: float
    words: bool


def play(place: Place, runs: int) -> Iterator[Line]:
    """The peers wait in the background, once for each cause, because they wait for two minutes; meanwhile ours come one by one."""
    server = server_of(place.kubeconfig, place.folder)
    with ThreadPoolExecutor(len(CAUSES) * len(PEERS)) as pool, ThreadPoolExecutor(1) as one:
        theirs = [{who: pool.submit(seen, place, server, cause, who) for who in PEERS} for cause in CAUSES]
        rounds = [[one.submit(seen, place, server, cause, OURS) for cause in CAUSES] for _run in range(runs)]
        failed = []
        for number, cause in enumerate(CAUSES):
            try:
                ours = [results[number].result() for results in rounds]
                yield line_of(cause, ours, {who: run.result() for who, run in theirs[number].items()})
            except NotPlayed as reason:
                failed.append(str(reason))
    if failed:
        raise NotPlayed("; ".join(failed))


def seen(place: Place, server: Server, cause: Cause, who: str) -> Named:
    """One tool and one cause in a namespace of its own. Raises NotPlayed, Stopped."""
    with stage(place, f"cause {cause.name} {who}") as own:
        made = cause.deployment(own.namespace)
        (own.folder / "object.json").write_text(json.dumps(made))
        (own.folder / "object.values").write_text(json.dumps({"object": made}))
        own.prepare(cause.given)
        with watching(server, own.namespace) as watch:
            measured = own.measure(WORDS[who])
        if measured.code == 0:
            raise NotPlayed(f"{cause.name}: {who} says that all is well ({own.log})")
        sign = first(watch.seen, cause.sign, measured.began)
        if sign is None:
            raise NotPlayed(f"{cause.name} with {who}: no sign of it in the cluster ({own.log})")
        said = measured.said(cause.named)
        return Named((said or measured.ended) - sign, said is not None)


def line_of(cause: Cause, ours: list[Named], theirs: Mapping[str, Named]) -> Line:
    """A line of the table from all runs."""
    found = {OURS: ours, **{who: [named] for who, named in theirs.items()}}
    samples = {who: [named.seconds for named in runs] for who, runs in found.items()}
    notes = {who: "not named" for who, runs in found.items() if not all(named.words for named in runs)}
    median = figures_of(samples[OURS]).median if OURS not in notes else math.inf
    goals = (
        at_most("within 3 s", median, 3, " s"),
        at_least("20 times faster than kubernetes.core", samples[CORE][0] / max(median, 0.1), 20, " times"),
    )
    return Line(f"cause named: {cause.name}", "s", samples, goals, notes)


ROW = Row("cause named", 6, play)
