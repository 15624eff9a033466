# SPDX-License-Identifier: GPL-3.0-or-later
"""Charts as inline SVG that is as wide as the page: shapes are stretched, texts stand at percentages and are not."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.steady.rollout.plugins.module_utils._rollout.report.markup import EMPTY, Markup, element

WIDTH = 1000.0
AXIS = 22
"""Pixels below a chart for the times."""
Point = tuple[float, float]


@dataclass(frozen=True)
class Frame:
    """The part of time that a chart shows, in seconds, its height in pixels and the value at its top."""

    begin: float
    end: float
    height: float
    top: float

    def x(self, at: float) -> float:
        """Where that moment is, from 0 to 1."""
        span = self.end - self.begin
        return min(1.0, max(0.0, (at - self.begin) / span)) if span > 0 else 0.0

    def y(self, value: float) -> float:
        """How far down that value is, in pixels."""
        return self.height * (1 - min(1.0, max(0.0, value / self.top))) if self.top > 0 else self.height


@dataclass(frozen=True)
class Band:
    """One layer of a stack: from each moment on, until the next one, it reaches from one value to another."""

    style: str
    steps: tuple[tuple[float, float, float], ...]


def area(frame: Frame, band: Band, end: float) -> Markup:
    """The layer as one shape of steps, up to that moment."""
    upper: list[Point] = []
    lower: list[Point] = []
    for (begin, low, high), until in zip(band.steps, [*(step[0] for step in band.steps[1:]), end], strict=True):
        for at in (begin, until):
            upper.append((frame.x(at), frame.y(high)))
            lower.append((frame.x(at), frame.y(low)))
    return element("path", d=f"{_line([*upper, *reversed(lower)])}Z", class_=f"area {band.style}")


def line(frame: Frame, points: t.Sequence[Point | None], style: str) -> Markup:
    """A line through values at moments, broken where there is none."""
    parts: list[str] = []
    run: list[Point] = []
    for point in (*points, None):
        if point is not None:
            run.append((frame.x(point[0]), frame.y(point[1])))
        elif run:
            parts.append(_line(run))
            run = []
    return (
        element("path", d="".join(parts), class_=f"line {style}", vector_effect="non-scaling-stroke")
        if parts
        else EMPTY
    )


def _line(points: t.Sequence[Point]) -> str:
    kept = [point for index, point in enumerate(points) if index == 0 or point != points[index - 1]]
    return "M" + "L".join(f"{_short(WIDTH * x)} {_short(y)}" for x, y in kept)


def _short(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def percent(share: float) -> str:
    """A share as SVG and CSS write it."""
    return f"{100 * share:.2f}%"


def plot(frame: Frame, *shapes: Markup) -> Markup:
    """Shapes stretched over the chart."""
    return element(
        "svg",
        shapes,
        viewBox=f"0 0 {WIDTH:g} {frame.height:g}",
        width="100%",
        height=_short(frame.height),
        preserveAspectRatio="none",
    )


def grid(frame: Frame, values: t.Sequence[tuple[float, str]]) -> list[Markup]:
    """A line across at each value, with its words."""
    lines = []
    for value, words in values:
        y = _short(frame.y(value))
        lines.append(element("line", x1="0", x2="100%", y1=y, y2=y, class_="grid"))
        if words:
            lines.append(element("text", words, x="2", y=_short(frame.y(value) - 4), class_="tick halo"))
    return lines


def times(frame: Frame, words: t.Callable[[float], str], ticks: int = 5) -> list[Markup]:
    """The axis below: some moments in words, the first and the last within the page."""
    shown = []
    for index in range(ticks):
        share = index / (ticks - 1)
        anchor = "start" if index == 0 else "end" if index == ticks - 1 else "middle"
        at = frame.begin + share * (frame.end - frame.begin)
        style = "tick" if index % 2 == 0 else "tick wide"
        shown.append(
            element("text", words(at), x=percent(share), y=_short(frame.height + 16), text_anchor=anchor, class_=style)
        )
    return shown


def column(frame: Frame, begin: float, end: float, style: str, title: str = "", height: float | None = None) -> Markup:
    """A column between two moments, as high as the chart; ``title`` is told where a pointer rests on it."""
    left, right = frame.x(begin), frame.x(end)
    size = frame.height if height is None else height
    told = element("title", title) if title else EMPTY
    return element(
        "rect",
        told,
        x=percent(left),
        y=_short(frame.height - size),
        width=percent(max(right - left, 0.002)),
        height=_short(size),
        class_=style,
    )


def figure(identity: str, title: str, description: str, height: float, *parts: t.Any, caption: t.Any = None) -> Markup:
    """The chart as a picture with a name and a description."""
    drawn = element(
        "svg",
        element("title", title, id=f"{identity}-title"),
        element("desc", description, id=f"{identity}-desc"),
        parts,
        role="img",
        aria_labelledby=f"{identity}-title",
        aria_describedby=f"{identity}-desc",
        width="100%",
        height=_short(height),
        class_="chart",
    )
    return element("figure", element("figcaption", element("span", title, class_="name"), caption), drawn)
