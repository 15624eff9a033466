# SPDX-License-Identifier: GPL-3.0-or-later
"""What users got while the rollouts went on: which version answered, what failed, how long it took."""

from __future__ import annotations

import math
import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import moments
from ansible_collections.steady.rollout.plugins.module_utils._rollout.report import chart, colours
from ansible_collections.steady.rollout.plugins.module_utils._rollout.report.markup import (
    EMPTY,
    Markup,
    element,
    joined,
)
from ansible_collections.steady.rollout.plugins.module_utils._rollout.report.table import TEXT, table, unfolded

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.report.story import Story
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.report.traffic import Span, Traffic

SHARE_HEIGHT, FAILED_HEIGHT, LATENCY_HEIGHT, LANE_HEIGHT = 170.0, 80.0, 130.0, 30.0


def section(traffic: Traffic, stories: t.Sequence[Story], identity: str, styles: dict[str, str]) -> Markup:
    """All about one probe."""
    frame = chart.Frame(traffic.began, traffic.ended, SHARE_HEIGHT, 1.0)
    return joined(
        element("p", traffic.text, class_="soft"),
        _lane(frame, stories, f"{identity}-lane"),
        _shares(frame, traffic, stories, f"{identity}-share", styles),
        _failed(traffic, f"{identity}-failed"),
        _latency(traffic, f"{identity}-latency"),
        _figures(traffic),
    )


def _lane(frame: chart.Frame, stories: t.Sequence[Story], identity: str) -> Markup:
    shown = [(index, story) for index, story in enumerate(stories, 1) if _within(frame, story)]
    if not shown:
        return EMPTY
    lane = chart.Frame(frame.begin, frame.end, LANE_HEIGHT, 1.0)
    parts = []
    for index, story in shown:
        begin, end = story.began or 0.0, story.ended or 0.0
        parts.append(chart.column(lane, begin, end, f"lane {mood(story)}", story.headline, LANE_HEIGHT - 20))
        x = chart.percent(min(0.985, max(0.015, lane.x((begin + end) / 2))))
        parts.append(element("text", str(index), x=x, y="13", text_anchor="middle", class_="lane-text"))
    told = "; ".join(f"{index}: {story.headline}" for index, story in shown)
    return chart.figure(
        identity,
        "Rollouts",
        told,
        LANE_HEIGHT,
        parts,
        caption=element("span", "by number, over time", class_="soft small"),
    )


def mood(story: Story) -> str:
    """The class of how it turned out."""
    return "is-good" if story.good else "is-bad" if story.outcome == "failed" else "is-hold"


def _within(frame: chart.Frame, story: Story) -> bool:
    return (
        story.began is not None and story.ended is not None and story.ended >= frame.begin and story.began <= frame.end
    )


def _shares(
    frame: chart.Frame, traffic: Traffic, stories: t.Sequence[Story], identity: str, styles: dict[str, str]
) -> Markup:
    named = {version: styles[version] for version in traffic.versions}
    layers = list(named) or [""]
    bands, ground = [], [0.0] * len(traffic.spans)
    for version in layers:
        steps = []
        for index, span in enumerate(traffic.spans):
            count = span.versions.get(version, 0) if version else span.requests - span.failed
            top = ground[index] + (count / span.requests if span.requests else 0)
            steps.append((span.begin, ground[index], top))
            ground[index] = top
        bands.append(chart.area(frame, chart.Band(named.get(version, "v0"), tuple(steps)), frame.end))
    failures = tuple((span.begin, 1 - span.failed / span.requests, 1.0) for span in traffic.spans if span.requests)
    if traffic.failed:
        bands.append(chart.area(frame, chart.Band("errors", failures), frame.end))
    begun = [
        element("line", x1=x, x2=x, y1="0", y2=f"{frame.height:g}", class_="since")
        for story in stories
        if _within(frame, story) and story.began is not None and (x := chart.percent(frame.x(story.began)))
    ]
    entries = [(style, version) for version, style in named.items()] or [("v0", "answered")]
    return chart.figure(
        identity,
        "Who answered",
        f"Share of each version in the answers of each second, from {moments.clock(frame.begin)} to {moments.clock(frame.end)} UTC: "
        f"{_versions(traffic.versions)}. {failed_in_words(traffic)} The figures follow as a table.",
        frame.height + chart.AXIS,
        chart.plot(frame, *bands),
        begun,
        chart.grid(frame, [(0.0, ""), (0.5, ""), (1.0, "")]),
        [chart.column(frame, span.begin, span.end, "hit", _told(span)) for span in traffic.spans],
        chart.times(frame, moments.clock),
        caption=colours.legend([*entries, *([("errors", "failed")] if traffic.failed else [])]),
    )


def _failed(traffic: Traffic, identity: str) -> Markup:
    most = max(span.failed for span in traffic.spans)
    if not most:
        return EMPTY
    frame = chart.Frame(traffic.began, traffic.ended, FAILED_HEIGHT, float(most) * 1.2)
    columns = [
        chart.column(frame, span.begin, span.end, "errors", _told(span), max(2.0, frame.height - frame.y(span.failed)))
        for span in traffic.spans
        if span.failed
    ]
    return chart.figure(
        identity,
        "Failed requests per second",
        failed_in_words(traffic),
        frame.height + chart.AXIS,
        chart.grid(frame, [(0.0, ""), (float(most), str(most))]),
        columns,
        chart.times(frame, moments.clock),
    )


def _latency(traffic: Traffic, identity: str) -> Markup:
    slowest = max((span.p99 for span in traffic.spans if span.p99 is not None), default=None)
    if slowest is None:
        return EMPTY
    top = nice(slowest)
    frame = chart.Frame(traffic.began, traffic.ended, LATENCY_HEIGHT, top * 1.12)
    middle = [((span.begin + span.end) / 2, span) for span in traffic.spans]
    p99 = [None if span.p99 is None else (at, span.p99) for at, span in middle]
    p50 = [None if span.p50 is None else (at, span.p50) for at, span in middle]
    whole = ", ".join(
        f"{name} {value:g} ms" for name, value in traffic.latency.items() if isinstance(value, (int, float))
    )
    return chart.figure(
        identity,
        "How long an answer took",
        f"Latency of each second as its median and its 99th percentile. Over all: {whole}. The figures follow as a table.",
        frame.height + chart.AXIS,
        chart.grid(frame, [(0.0, ""), (top / 2, f"{top / 2:g} ms"), (top, f"{top:g} ms")]),
        chart.plot(frame, chart.line(frame, p99, "p99"), chart.line(frame, p50, "p50")),
        chart.times(frame, moments.clock),
        caption=colours.legend([("p50", "median"), ("p99", "99th percentile")]),
    )


def nice(value: float) -> float:
    """The next of 1, 2, 5, 10, 20, 50 ... that is not below it."""
    if value <= 0:
        return 1.0
    scale = 10.0 ** math.floor(math.log10(value))
    return next(step * scale for step in (1, 2, 5, 10) if step * scale >= value * 0.999)


def failed_in_words(traffic: Traffic) -> str:
    """How many failed, and how."""
    if not traffic.failed:
        return f"None of {traffic.requests} requests failed."
    kinds = {kind for span in traffic.spans for kind in span.failures}
    said = "; ".join(f"{kind}: {traffic.examples.get(kind, '')}" for kind in sorted(kinds))
    return f"{traffic.failed} of {traffic.requests} requests failed ({said})."


def _figures(traffic: Traffic) -> Markup:
    rows = [
        (
            moments.clock(span.begin),
            str(span.requests),
            str(span.failed),
            _ms(span.p50),
            _ms(span.p99),
            _versions(span.versions),
        )
        for span in traffic.spans
    ]
    heads = ("Time (UTC)", "Requests", "Failed", "Median", "99th percentile", "Answers by version")
    failed = EMPTY
    if traffic.examples:
        first = sorted(traffic.examples.items())
        failed = table("The first failure of each kind", ("Kind", "What it said"), first, ("", TEXT))
    return joined(failed, unfolded("The figures of these pictures", "Requests over time", heads, rows))


def _told(span: Span) -> str:
    failed = f"{span.failed} failed"
    return f"{moments.clock(span.begin)}  {span.requests} requests, {failed}, p99 {_ms(span.p99)}, {_versions(span.versions)}"


def _versions(versions: dict[str, int]) -> str:
    total = sum(versions.values())
    return (
        ", ".join(f"{version} {100 * count / total:.0f} %" for version, count in versions.items() if total)
        or "no version told"
    )


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:.3g} ms" if value < 1000 else f"{value:.0f} ms"
