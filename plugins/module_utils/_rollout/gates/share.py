# SPDX-License-Identifier: GPL-3.0-or-later
"""``share``: of the answers behind a route, the part that its weight says comes from the new version."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, wording
from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates import gate, http
from ansible_collections.steady.rollout.plugins.module_utils._rollout.options import REQUIRED, Option
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic import shares

Json = dict[str, t.Any]

NAME = "share"
SHORT = ""
OPTIONS = (
    Option("url", "text", REQUIRED),
    Option("version", "text", REQUIRED),
    Option("weight", "number", REQUIRED),
    Option("within", "duration", "1m"),
    Option("rate", "above zero", 50),
    *http.named(
        "version_pattern",
        "version_path",
        "method",
        "headers",
        "secret_headers",
        "validate_certs",
        "timeout",
        "concurrency",
        "connections",
        "status_code",
    ),
)
scopes = gate.no_scopes
impossible = gate.possible


def check(options: Json, where: str) -> None:
    """Answers tell their version, and there is time for enough of them."""
    http.check({"during": False, **options}, where)
    weight = options["weight"]
    if not 0 <= weight <= 100:
        raise errors.InvalidInput(f"{where}.weight: {weight:g} is not possible, it must be from 0 to 100.")
    answers = shares.needed(weight)
    if options["rate"] * options["within"] < answers:
        raise errors.InvalidInput(
            f"{where}: {options['rate']:g} requests per second for {wording.seconds(options['within'])} are too few to tell weight"
            f" {weight:g}, which takes {answers} answers; raise rate or within."
        )


def judge(options: Json, view: gate.View) -> gate.Reading:
    """It passes with the latest answers that fit; those from before the load balancer has taken the weight are left behind."""
    if view.completed is None:
        return gate.Reading("waiting", "begins when the rollout is complete")
    if view.memory is None:
        return gate.Reading("waiting", "", memory=view.at, want="begin", look_again=view.at + http.PATIENCE)
    found = view.measured or {"seconds": [], "examples": {}}
    new, answers = latest(found["seconds"], options["version"], shares.needed(options["weight"]))
    words = shares.in_words(new, answers, options["weight"])
    measurement = {"answers": answers, "new": new, "weight": options["weight"]}
    if shares.seen(new, answers, options["weight"]):
        return gate.Reading("passed", words, measurement, view.memory, want="drop")
    if view.at < view.memory + options["within"]:
        return gate.Reading("waiting", words, measurement, view.memory, look_again=view.at + http.PATIENCE)
    example = next(iter(found["examples"].values()), "")
    return gate.Reading(
        "failed",
        f"{words}, {wording.seconds(view.at - view.memory)} after it was set{f' ({example})' if example else ''}",
        measurement,
        view.memory,
        want="drop",
        hint=f"See what answers at {options['url']}: it may not be behind this route, or another route is in front of it.",
    )


def latest(seconds: t.Sequence[Json], version: str, enough: int) -> tuple[int, int]:
    """Of the latest seconds, as many as hold enough answers that tell a version: those of the new one, and all."""
    new = answers = 0
    for second in reversed(seconds):
        counts = {name: told["requests"] for name, told in second["versions"].items()}
        new, answers = new + counts.get(version, 0), answers + sum(counts.values())
        if answers >= enough:
            break
    return new, answers
