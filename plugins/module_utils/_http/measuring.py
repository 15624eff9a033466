# SPDX-License-Identifier: GPL-3.0-or-later
"""What gates measure over HTTP, in the background: probes, or queries. What was found so far can be asked for at any time."""

from __future__ import annotations

import threading
import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._http import plan, probe, prometheus, report, version
from ansible_collections.steady.rollout.plugins.module_utils._http.samples import Tally
from ansible_collections.steady.rollout.plugins.module_utils._rollout import durations, errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates import compare, compare_query
from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates.gate import SIDES

Json = dict[str, t.Any]

Begun = t.Union["Probing", "Asking", "BothSides"]


class HttpMeasures:
    """Satisfies the port ``Http``."""

    def check(self, gate: str, options: Json) -> None:
        """Raise InvalidInput for what can never be measured; a query is asked once, for Prometheus alone knows what it can read."""
        if gate in ("http", "share", "compare"):
            plan.check(plan_of(probed(gate, options)))
            reader_of(probed(gate, options))
            return
        answer = prometheus.ask(compare_query.of_side(options, "old") if gate == "compare_query" else options)
        if answer.get("permanent"):
            raise errors.InvalidInput(f"query: {options['url']} does not answer it: {answer['error']}.")

    def begin(self, gate: str, options: Json) -> Begun:
        """Begin to measure."""
        if gate == "compare":
            sides = {side: compare.of_side(probed(gate, options), side) for side in SIDES}
            return BothSides({side: Probing(of_side, with_latencies) for side, of_side in sides.items()})
        if gate == "compare_query":
            return BothSides({side: Asking(compare_query.of_side(options, side)) for side in SIDES})
        return Asking(options) if gate == "prometheus" else Probing(probed(gate, options))


def probed(gate: str, options: Json) -> Json:
    """A gate's options as those of gate ``http``: ``share`` counts versions, of which none is wrong, until it has seen enough."""
    if gate == "share":
        return {**options, "text": None, "version": None, "during": True}
    none = {"version": None, "version_pattern": None, "version_path": None, "during": False}
    return {**none, **options} if gate == "compare" else options


def plan_of(options: Json) -> plan.Plan:
    """A gate's options as a plan; a probe that is to run while something rolls is told when to stop. Raises InvalidInput."""
    return plan.Plan(
        url=options["url"],
        rate=options["rate"],
        duration=durations.LONGEST if options["during"] else options["for"],
        concurrency=options["concurrency"],
        timeout=options["timeout"],
        method=options["method"],
        headers=plan.merged_headers(options["headers"], options["secret_headers"]),
        validate_certs=options["validate_certs"],
        connections=options["connections"],
        status_codes=frozenset(options["status_code"]),
        text=options["text"] or "",
        version=options["version"] or "",
    )


def reader_of(options: Json) -> version.Reader | None:
    """What finds the version in an answer, if that is asked for. Raises InvalidInput."""
    if options["version_pattern"]:
        return version.by_pattern(options["version_pattern"])
    return version.by_path(options["version_path"]) if options["version_path"] else None


class Probing:
    """A probe in a thread of its own; what it found is ``{"seconds": [...], "examples": {...}, "report": None until it is over}``."""

    def __init__(self, options: Json, figures: t.Callable[[Tally], Json] = Tally.figures) -> None:
        self._probe = probe.Probe(plan_of(options), reader_of(options), figures)
        self._seconds: list[Json] = []
        self._report: Json | None = None
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        self._report = report.as_result(self._probe.run(self._seconds.append))

    def found(self) -> Json:
        """The seconds that are over, what the first failure of each kind said, and the whole once it is there."""
        return {"seconds": list(self._seconds), "examples": dict(self._probe.examples), "report": self._report}

    def stop(self) -> None:
        """Send no more; the report comes when the requests under way have ended."""
        self._probe.stop()

    close = stop


class Asking:
    """A query in a thread of its own; what it found is its answer."""

    def __init__(self, options: Json) -> None:
        self._answer: Json | None = None
        self._options = options
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        self._answer = prometheus.ask(self._options)

    def found(self) -> Json | None:
        """The answer, once it is there."""
        return self._answer

    def stop(self) -> None:
        """A query ends by itself, at the latest after its timeout."""

    close = stop


def with_latencies(tally: Tally) -> Json:
    """The figures of a second, and how many milliseconds each answer took."""
    return {**tally.figures(), "latencies": [1000 * latency for latency in tally.latencies]}


class BothSides:
    """Two measurements in step; what they found is ``{"new": ..., "old": ...}``, once both have found something."""

    def __init__(self, sides: t.Mapping[str, Probing | Asking]) -> None:
        self._sides = sides

    def found(self) -> Json | None:
        """What each has found by now."""
        found = {side: measurement.found() for side, measurement in self._sides.items()}
        return None if None in found.values() else found

    def stop(self) -> None:
        """End both."""
        for measurement in self._sides.values():
            measurement.stop()

    close = stop
