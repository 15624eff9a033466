# SPDX-License-Identifier: GPL-3.0-or-later
"""Pods by version while a rollout went on."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ansible_collections.steady.rollout.plugins.module_utils._rollout import wording
from ansible_collections.steady.rollout.plugins.module_utils._rollout.report import chart, colours
from ansible_collections.steady.rollout.plugins.module_utils._rollout.report.markup import EMPTY, Markup, element
from ansible_collections.steady.rollout.plugins.module_utils._rollout.report.story import number
from ansible_collections.steady.rollout.plugins.module_utils._rollout.report.table import unfolded

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.report.story import Story

HEIGHT = 170.0


@dataclass(frozen=True)
class Count:
    """From a second on: ready pods of the version asked for, pods of the one before, and how many there should be.

    ``back``: the rollout was on its way back to the version before.
    """

    seconds: float
    new: int
    old: int
    wanted: int
    back: bool


def counts(story: Story) -> tuple[Count, ...]:
    """Every change of the pods' numbers, in order."""
    found: list[Count] = []
    for moment in story.moments:
        if not moment.pods:
            continue
        target, others, wanted = (int(number(moment.pods.get(key))) for key in ("new_ready", "old", "wanted"))
        back = str(moment.pods.get("version") or "") != story.asked
        new, old = (others, target) if back else (target, others)
        found.append(Count(moment.seconds, new, old, wanted, back))
    return tuple(found)


def figure(story: Story, identity: str, styles: dict[str, str]) -> Markup:
    """The picture and, for those who would rather read, its figures; nothing when no pods were counted."""
    found = counts(story)
    if not found:
        return EMPTY
    if not found[0].new:  # nothing had happened to the pods until then
        found = (replace(found[0], seconds=0.0), *found[1:])
    end = max(story.seconds, found[-1].seconds, 0.1)
    most = max(max(count.new + count.old, count.wanted) for count in found)
    frame = chart.Frame(0, end, HEIGHT, most * 1.12 or 1)
    new, old = _styles(story, styles)
    drawn = chart.plot(
        frame,
        chart.area(frame, chart.Band(new, tuple((one.seconds, 0, one.new) for one in found)), end),
        chart.area(frame, chart.Band(old, tuple((one.seconds, one.new, one.new + one.old) for one in found)), end),
        chart.line(frame, _stairs(found, end), "wanted"),
    )
    names = _names(story)
    marks = [
        (new, f"{names[0]}, ready"),
        *([(old, names[1])] if any(one.old for one in found) else []),
        ("wanted", "wanted"),
    ]
    return element(
        "div",
        chart.figure(
            identity,
            "Pods by version",
            _described(found, names),
            HEIGHT + chart.AXIS,
            drawn,
            _turn(frame, found),
            chart.grid(frame, [(float(value), str(value)) for value in sorted({0, most})]),
            chart.times(frame, lambda at: f"{at:.1f} s" if end < 20 else wording.seconds(at) if at else "0 s"),
            caption=colours.legend(marks),
        ),
        unfolded(
            "The figures of this picture",
            f"Pods of {story.workload} by version",
            ("Second", f"{names[0]}, ready", names[1], "Wanted"),
            [(f"{one.seconds:.1f}", str(one.new), str(one.old), str(one.wanted)) for one in found],
        ),
    )


def _styles(story: Story, styles: dict[str, str]) -> tuple[str, str]:
    new = styles.get(story.asked, "v0")
    return new, f"{new} waiting" if story.before in ("", story.asked) else styles.get(story.before, "v1")


def _names(story: Story) -> tuple[str, str]:
    if story.before and story.before != story.asked:
        return story.asked, story.before
    return f"{story.asked} (new)", f"{story.asked} (old)"


def _stairs(found: tuple[Count, ...], end: float) -> list[tuple[float, float]]:
    stairs: list[tuple[float, float]] = []
    for one, until in zip(found, [*(later.seconds for later in found[1:]), end], strict=True):
        stairs += [(one.seconds, one.wanted), (until, one.wanted)]
    return stairs


def _turn(frame: chart.Frame, found: tuple[Count, ...]) -> list[Markup]:
    """Where the way back begins."""
    turn = next((one for one in found if one.back), None)
    if turn is None:
        return []
    share = frame.x(turn.seconds)
    at, before = chart.percent(share), share > 0.5
    return [
        element("line", x1=at, x2=at, y1="0", y2=f"{frame.height:g}", class_="since"),
        element(
            "text",
            "rolling back",
            x=at,
            dx="-5" if before else "5",
            y="13",
            text_anchor="end" if before else "start",
            class_="tick halo",
        ),
    ]


def _described(found: tuple[Count, ...], names: tuple[str, str]) -> str:
    first, last = found[0], found[-1]
    return (
        f"At {first.seconds:.1f} s {first.new} ready pods of {names[0]} and {first.old} pods of {names[1]}; "
        f"at {last.seconds:.1f} s {last.new} of {names[0]} and {last.old} of {names[1]}. The figures follow as a table."
    )
