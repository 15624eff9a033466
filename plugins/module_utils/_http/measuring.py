# SPDX-License-Identifier: GPL-3.0-or-later
"""What gates measure over HTTP, in the background: a probe, or a query. What was found so far can be asked for at any time."""

from __future__ import annotations

import threading
import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._http import plan, probe, prometheus, report, version
from ansible_collections.steady.rollout.plugins.module_utils._rollout import durations, errors

Json = dict[str, t.Any]

Begun = t.Union["Probing", "Asking"]


class HttpMeasures:
    """Satisfies the port ``Http``."""

    def check(self, gate: str, options: Json) -> None:
        """Raise InvalidInput for what can never be measured; a query is asked once, for Prometheus alone knows what it can read."""
        if gate == "http":
            plan.check(plan_of(options))
            reader_of(options)
            return
        answer = prometheus.ask(options)
        if answer.get("permanent"):
            raise errors.InvalidInput(f"query: {options['url']} does not answer it: {answer['error']}.")

    def begin(self, gate: str, options: Json) -> Begun:
        """Begin to measure."""
        return Probing(options) if gate == "http" else Asking(options)


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

    def __init__(self, options: Json) -> None:
        self._probe = probe.Probe(plan_of(options), reader_of(options))
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
