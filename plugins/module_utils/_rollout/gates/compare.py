# SPDX-License-Identifier: GPL-3.0-or-later
"""``compare``: the new version answers the same requests as well as the old one beside it, and as fast."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates import gate, http
from ansible_collections.steady.rollout.plugins.module_utils._rollout.options import REQUIRED, Option
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic import comparison

Json = dict[str, t.Any]

NAME = "compare"
SHORT = "url"
OPTIONS = (
    Option("url", "text", REQUIRED),
    Option("for", "duration", "30s"),
    Option("delay", "delay", "3s"),
    Option("rate", "above zero", 10),
    Option("max_error_rate", "share", 0),
    Option("max_latency_ratio", "above zero", 1.5),
    Option("latency_allowance", "delay", "10ms"),
    Option("confidence", "share", 0.999),
    *http.named(
        "status_code",
        "text",
        "method",
        "headers",
        "secret_headers",
        "validate_certs",
        "timeout",
        "concurrency",
        "connections",
    ),
)
scopes = gate.no_scopes
impossible = gate.sides_missing

_OLD_MAY_FAIL = 0.5
"""The share of requests that the old side may lose before there is nothing left to compare with."""


@dataclass(frozen=True)
class Memory:
    """When the probes began (monotonic seconds), and what was compared since."""

    began: float
    tally: comparison.Tally = field(default_factory=comparison.Tally)


def of_side(options: Json, side: str) -> Json:
    """The options of the one probe for that side."""
    return {**options, "headers": {**options["headers"], **options["sides"][side]["headers"]}}


def limits(options: Json) -> comparison.Limits:
    """The options as the comparison wants them."""
    return comparison.Limits(
        options["confidence"],
        options["max_error_rate"],
        options["max_latency_ratio"],
        1000 * options["latency_allowance"],
    )


def check(options: Json, where: str) -> None:
    """A ratio that allows for something, a confidence that can be had, and requests enough to tell anything at all."""
    if options["max_latency_ratio"] < 1:
        raise errors.InvalidInput(f"{where}.max_latency_ratio: it must be 1 or more: how much slower it may be.")
    if not 0.5 <= options["confidence"] < 1:
        raise errors.InvalidInput(f"{where}.confidence: it must be at least 0.5 and below 1, such as 0.999.")
    least, requests = comparison.failures_needed(limits(options)), options["rate"] * options["for"]
    if requests < 2 * least:
        raise errors.InvalidInput(
            f"{where}: {requests:g} requests to each side are too few to tell one from the other, {2 * least} are the least"
            " at this confidence; raise rate or for."
        )


def judge(options: Json, view: gate.View) -> gate.Reading:
    """It fails as soon as the new side is worse beyond doubt, and passes at its end."""
    if view.completed is None:
        return gate.Reading("waiting", "begins when the rollout is complete")
    if view.memory is None:
        due = view.completed + options["delay"]
        if view.at < due:
            return gate.Reading("waiting", "", look_again=due)
        return gate.Reading("waiting", "", memory=Memory(view.at), want="begin", look_again=view.at + http.PATIENCE)
    if view.measured is None:
        return gate.Reading("waiting", "", memory=view.memory, look_again=view.at + http.PATIENCE)
    new, old = (view.measured[side] for side in gate.SIDES)
    memory = Memory(view.memory.began, counted(view.memory.tally, new["seconds"], old["seconds"], limits(options)))
    figures = {side: figures_of(view.measured[side]) for side in gate.SIDES}
    text = _in_words(memory.tally, figures)
    worse = _worse(options, memory.tally, figures)
    if worse:
        hint = f"Ask both sides yourself: curl -i {_pinned(options)}{options['url']}"
        return gate.Reading("failed", f"{worse} ({text})", figures, memory, want="drop", hint=hint)
    if new["report"] and old["report"]:
        return _ended(options, memory, figures, text)
    return gate.Reading("waiting", text, figures, memory, look_again=view.at + http.PATIENCE)


def counted(
    tally: comparison.Tally, new: t.Sequence[Json], old: t.Sequence[Json], within: comparison.Limits
) -> comparison.Tally:
    """The tally with the seconds that are over on both sides by now."""
    for one, other in list(zip(new, old, strict=False))[tally.seconds :]:
        tally = comparison.add(tally, one, other, within)
    return tally


def figures_of(found: Json) -> Json:
    """What a probe has found by now, or in all: ``requests``, ``failed_requests``, ``failures`` by kind, ``examples``, ``latency_ms``."""
    if found["report"]:
        keys = ("requests", "failed_requests", "failures", "examples", "latency_ms")
        return {key: found["report"][key] for key in keys}
    latest = [latency for second in found["seconds"] for latency in second["latencies"]][-comparison.KEPT :]
    marks = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    latency = {name: round(comparison.quantile(latest, share), 2) for name, share in marks.items()} if latest else None
    return {**http.so_far(found), "latency_ms": latency}


def _worse(options: Json, tally: comparison.Tally, figures: Json) -> str:
    """What the new side does worse, beyond doubt; empty when nothing."""
    if comparison.fails_more(tally, limits(options)):
        return f"the new version fails more often than the old one: {http.failures_in_words(figures['new'])}"
    where = comparison.slower_at(tally, limits(options))
    if where is None:
        return ""
    slow, mark = tally.slow[where], "median" if where == 0.5 else f"{100 * where:.0f}th percentile"
    allowance = http.milliseconds(1000 * options["latency_allowance"])
    return (
        f"the new version is slower than the old one: {slow.new} of {tally.measured} answers took longer than the old {mark} allows"
        f" ({options['max_latency_ratio']:g} times that, at least {allowance} ms more), {slow.old} of the old ones lie above that {mark}"
    )


def _ended(options: Json, memory: Memory, figures: Json, text: str) -> gate.Reading:
    """The last word, when nothing was found: it counts for nothing unless the old side did answer."""
    tally, old = memory.tally, figures["old"]
    if tally.requests < comparison.failures_needed(limits(options)):
        return gate.Reading("failed", f"only {tally.requests} requests could be compared", figures, memory, want="drop")
    if old["failed_requests"] > _OLD_MAY_FAIL * old["requests"]:
        return gate.Reading(
            "failed",
            f"there is nothing to compare with, the old version fails as well: {http.failures_in_words(old)}",
            figures,
            memory,
            want="drop",
            hint=f"Ask it yourself: curl -i {options['url']}",
        )
    least = 100 * comparison.least_share(tally.requests, limits(options))
    return gate.Reading("passed", f"{text}; {least:.2g} % errors would have shown", figures, memory)


def _in_words(tally: comparison.Tally, figures: Json) -> str:
    """``300 requests to each: failed 0 new, 0 old; p50 3 and 3 ms, p95 12 and 11 ms``."""
    if not tally.requests:
        return ""
    text = f"{tally.requests} requests to each: failed {tally.failed.new} new, {tally.failed.old} old"
    new, old = (figures[side]["latency_ms"] for side in gate.SIDES)
    if not (new and old):
        return text
    shown = [f"{name} {http.milliseconds(new[name])} and {http.milliseconds(old[name])} ms" for name in ("p50", "p95")]
    return f"{text}; {', '.join(shown)}"


def _pinned(options: Json) -> str:
    """The headers with which a request reaches the new side."""
    return "".join(f"-H '{name}: {value}' " for name, value in options["sides"]["new"]["headers"].items())
