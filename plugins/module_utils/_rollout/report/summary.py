# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole report in a sentence and a few figures."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import moments, outcomes, wording

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.report.record import Report


def sentence(report: Report) -> str:
    """How many rollouts there were, how they turned out, and what users noticed."""
    counts = {outcome: sum(story.outcome == outcome for story in report.stories) for outcome in outcomes.ALL}
    told = ", ".join(f"{count} {outcome}" for outcome, count in counts.items() if count)
    total = len(report.stories)
    parts = [f"{total} rollout{'' if total == 1 else 's'}: {told}."] if total else []
    if report.traffic:
        requests, failed = sums(report)
        parts.append(f"{failed or 'None'} of {requests} requests failed meanwhile.")
    return " ".join(parts) or "There is nothing to tell: no rollout and no probe was handed in."


def sums(report: Report) -> tuple[int, int]:
    """Requests, and how many of them failed, of all probes."""
    return sum(one.requests for one in report.traffic), sum(one.failed for one in report.traffic)


def when(report: Report) -> str:
    """From when to when; empty when nothing says."""
    begun = [story.began for story in report.stories if story.began is not None] + [one.began for one in report.traffic]
    ended = [story.ended for story in report.stories if story.ended is not None] + [one.ended for one in report.traffic]
    if not begun:
        return ""
    took = max(ended) - min(begun)
    return f"{moments.date_and_time(min(begun))}, {wording.seconds(took)}"


def tiles(report: Report) -> list[tuple[str, str]]:
    """Figures to be seen first: the figure and what it counts."""
    shown: list[tuple[str, str]] = []
    if report.stories:
        well = sum(story.good for story in report.stories)
        shown.append((f"{well} of {len(report.stories)}", "rollouts went as asked"))
        if undone := sum(story.outcome == "rolled back" for story in report.stories):
            shown.append((str(undone), "undone by themselves"))
    if report.traffic:
        requests, failed = sums(report)
        shown += [
            (f"{requests:,}".replace(",", "\N{NARROW NO-BREAK SPACE}"), "requests by users"),
            (str(failed), "requests failed"),
        ]
        worst = [one.latency["p99"] for one in report.traffic if isinstance(one.latency.get("p99"), (int, float))]
        shown += [(f"{max(worst):g} ms", "99th percentile")] if worst else []
    elif report.stories:
        shown.append((wording.seconds(sum(story.seconds for story in report.stories)), "of rolling out"))
    return shown


def by(run: dict[str, t.Any]) -> str:
    """Who made it: the job where there is one, and the user."""
    return ", ".join(str(run[key]) for key in ("job", "by") if run.get(key))
