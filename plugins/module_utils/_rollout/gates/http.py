# SPDX-License-Identifier: GPL-3.0-or-later
"""``http``: requests to a URL are answered as expected, and in time."""

from __future__ import annotations

import math
import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, wording
from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates import gate
from ansible_collections.steady.rollout.plugins.module_utils._rollout.options import REQUIRED, Option

Json = dict[str, t.Any]

NAME = "http"
SHORT = "url"
OPTIONS = (
    Option("url", "text", REQUIRED),
    Option("for", "duration", "10s"),
    Option("delay", "delay", "0s"),
    Option("rate", "above zero", 10),
    Option("max_error_rate", "share", 0),
    Option("max_p50", "above zero"),
    Option("max_p95", "above zero"),
    Option("max_p99", "above zero"),
    Option("status_code", "codes", ()),
    Option("text", "text"),
    Option("version", "text"),
    Option("version_pattern", "text"),
    Option("version_path", "text"),
    Option("method", "text", "GET"),
    Option("headers", "table", {}),
    Option("secret_headers", "table", {}, secret=True),
    Option("validate_certs", "flag", True),
    Option("timeout", "duration", "5s"),
    Option("concurrency", "positive count", 10),
    Option("connections", "text", "both", choices=("keep_alive", "new", "both")),
    Option("during", "flag", False),
)
scopes = gate.no_scopes
impossible = gate.possible

PATIENCE = 0.5
"""Seconds between two looks at a probe that is running."""
RECENT = 300
"""The most seconds, the last ones, that are kept in the result."""


def named(*names: str) -> tuple[Option, ...]:
    """Of the options above those that another gate has as well."""
    return tuple(option for option in OPTIONS if option.name in names)


def check(options: Json, where: str) -> None:
    """Where the version stands in an answer is said once, and a version that is expected has to stand somewhere."""
    if options["version_pattern"] and options["version_path"]:
        raise errors.InvalidInput(f"{where}: version_pattern and version_path are both given, write one of them.")
    if options["version"] and options["during"]:
        raise errors.InvalidInput(
            f"{where}.version: it can never hold with during: true, for both versions answer while it rolls."
        )
    if options["version"] and not (options["version_pattern"] or options["version_path"]):
        raise errors.InvalidInput(
            f"{where}.version: nothing says where it stands in an answer, write version_pattern or version_path as well."
        )


def judge(options: Json, view: gate.View) -> gate.Reading:
    """``memory`` is when the probe began. It fails as soon as more requests have failed than it may lose in all.

    With ``during`` it lasts from the beginning of the rollout until ``for`` after its completion, and may lose that many in any such
    length of time.
    """
    if view.memory is None:
        if view.completed is None and not options["during"]:
            return gate.Reading("waiting", "begins when the rollout is complete")
        due = view.at if options["during"] or view.completed is None else view.completed + options["delay"]
        if view.at < due:
            return gate.Reading("waiting", "", look_again=due)
        return gate.Reading("waiting", "", memory=view.at, want="begin", look_again=view.at + PATIENCE)
    found = view.measured or {"seconds": [], "examples": {}, "report": None}
    seconds, report = found["seconds"], found["report"]
    allowed = options["max_error_rate"] * options["rate"] * options["for"]
    lost = most_in_a_row(seconds, options["for"])
    if lost > allowed or report:
        return _ended(options, view, report or so_far(found), lost > allowed)
    end = (math.inf if view.completed is None else view.completed) + options["for"]
    over = options["during"] and view.at >= end
    failed = sum(second["failed_requests"] for second in seconds)
    return gate.Reading(
        "waiting",
        f"{failed} requests failed so far" if failed else "",
        so_far(found),
        view.memory,
        look_again=view.at + PATIENCE,
        want="stop" if over else "",
    )


def milliseconds(value: float) -> str:
    """A latency for people."""
    return f"{value:.0f}" if value >= 10 else f"{value:g}"


def most_in_a_row(seconds: t.Sequence[Json], length: float) -> int:
    """The most failed requests in any stretch of that many seconds."""
    window = max(1, round(length))
    failed = [second["failed_requests"] for second in seconds]
    return max((sum(failed[start : start + window]) for start in range(max(1, len(failed) - window + 1))), default=0)


def so_far(found: Json) -> Json:
    """The figures of a probe that is still running; its latency is that of the last second."""
    seconds: list[Json] = found["seconds"]
    kinds: dict[str, int] = {}
    for second in seconds:
        for kind, count in second["failures"].items():
            kinds[kind] = kinds.get(kind, 0) + count
    return {
        "requests": sum(second["requests"] for second in seconds),
        "failed_requests": sum(second["failed_requests"] for second in seconds),
        "failures": kinds,
        "examples": found["examples"],
        "latency_ms": seconds[-1]["latency_ms"] if seconds else None,
    }


def failures_in_words(figures: Json) -> str:
    """How many requests failed in which way, each with what the first of them said."""
    kinds = [(kind, count) for kind, count in figures["failures"].items() if count]
    return "; ".join(f"{count} {kind} ({figures['examples'].get(kind, '')})" for kind, count in kinds)


def _recent(seconds: t.Sequence[Json]) -> list[Json]:
    """The last seconds with what a report shows of them, and nothing that is empty."""
    kept = ("at", "requests", "failed_requests", "failures", "versions", "latency_ms")
    return [{key: second[key] for key in kept if second.get(key)} for second in seconds[-RECENT:]]


def _ended(options: Json, view: gate.View, figures: Json, lost: bool) -> gate.Reading:
    failed, requests, latency = figures["failed_requests"], figures["requests"], figures["latency_ms"]
    text = f"{requests} requests, {failed} failed" + (f", p99 {milliseconds(latency['p99'])} ms" if latency else "")
    measurement = {key: value for key, value in figures.items() if key not in ("per_second", "by_connection")}
    measurement["per_second"] = _recent(view.measured["seconds"])
    first = failures_in_words(figures)
    slow = [
        f"{name} {latency[name]:g} ms is more than {options[f'max_{name}']:g} ms"
        for name in ("p50", "p95", "p99")
        if options[f"max_{name}"] and latency and latency[name] > options[f"max_{name}"]
    ]
    where = options["url"]
    if lost or failed > options["max_error_rate"] * requests or not requests:
        share = f"{100 * options['max_error_rate']:g} % are allowed"
        return gate.Reading(
            "failed",
            f"{failed} of {requests} requests to {where} failed, {share}: {first or 'none was sent'}",
            measurement,
            view.memory,
            want="drop",
            hint=f"Ask it yourself: curl -i {where}",
        )
    if slow:
        hint = "See whether the new version is slower, or the limit meant for another load."
        return gate.Reading(
            "failed", f"{text} to {where}: {'; '.join(slow)}", measurement, view.memory, want="drop", hint=hint
        )
    return gate.Reading(
        "passed", f"{text} in {wording.seconds(view.at - view.memory)}", measurement, view.memory, want="drop"
    )
