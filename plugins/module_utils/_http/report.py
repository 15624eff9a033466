# SPDX-License-Identifier: GPL-3.0-or-later
"""A finished probe in plain data and in words."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._http import samples
from ansible_collections.steady.rollout.plugins.module_utils._http.probe import Report, stamp
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors

Json = dict[str, t.Any]


def as_result(report: Report) -> Json:
    """The report as a module returns it."""
    total = report.total
    return {
        **total.figures(),
        "error_rate": round(total.failed / total.requests, 6) if total.requests else 0.0,
        "examples": report.examples,
        "by_connection": {
            kind: {
                "requests": tally.requests,
                "failed_requests": tally.failed,
                "latency_ms": samples.percentiles(tally.latencies),
            }
            for kind, tally in report.by_connection.items()
        },
        "per_second": report.seconds,
        "started": stamp(report.started),
        "elapsed": round(report.elapsed, 3),
        "stopped_early": report.stopped_early,
    }


def in_words(report: Report, url: str) -> str:
    """What was sent, what failed and why, how fast the rest was and who answered."""
    total = report.total
    failed = f"{total.failed} failed: {_kinds(report)}" if total.failed else "0 failed"
    parts = [f"{total.requests} requests to {url} in {report.elapsed:.1f} s: {failed}"]
    if latency := samples.percentiles(total.latencies):
        parts.append(f"p50 {latency['p50']:g} ms, p99 {latency['p99']:g} ms, max {latency['max']:g} ms")
    if versions := samples.shares(total.versions):
        parts.append("versions " + ", ".join(f"{name} {100 * part['share']:.1f} %" for name, part in versions.items()))
    return "; ".join(parts) + (" (stopped early)." if report.stopped_early else ".")


def second_in_words(second: Json) -> str:
    """One second of the probe in a line."""
    failed = sum(second["failures"].values())
    kinds = ", ".join(f"{count} {kind}" for kind, count in second["failures"].items() if count)
    parts = [f"{second['requests']} requests, {failed} failed{f' ({kinds})' if kinds else ''}"]
    if latency := second["latency_ms"]:
        parts.append(f"p99 {latency['p99']:g} ms")
    parts += [f"{name} {100 * part['share']:.0f} %" for name, part in second["versions"].items()]
    return f"{second['at'][11:19]}  {', '.join(parts)}"


def complaint(report: Report, url: str, max_error_rate: float | None) -> str:
    """Why the probe counts as failed; an empty string when it does not."""
    total = report.total
    if total.requests and total.failures[samples.CONNECT] == total.requests:
        return (
            f"No request could be made to {url}: {report.examples[samples.CONNECT]} "
            f"(all {total.requests} requests in {report.elapsed:.1f} s). "
            "Check the address, and that something listens there."
        )
    if max_error_rate is not None and total.failed > max_error_rate * total.requests:
        share = 100 * total.failed / total.requests
        return (
            f"{total.failed} of {total.requests} requests to {url} failed ({share:.3g} %), "
            f"more than the {100 * max_error_rate:g} % that max_error_rate allows: {_kinds(report)}."
        )
    return ""


def check_error_rate(max_error_rate: float | None) -> None:
    """Raises InvalidInput unless it is a share."""
    if max_error_rate is not None and not 0 <= max_error_rate <= 1:
        raise errors.InvalidInput(
            f"max_error_rate: {max_error_rate:g} is not a share between 0 and 1; "
            "write 0.01 for one request in a hundred."
        )


def _kinds(report: Report) -> str:
    return ", ".join(f"{count} {kind} ({report.examples[kind]})" for kind, count in report.total.failures.most_common())
