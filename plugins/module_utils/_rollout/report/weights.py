# SPDX-License-Identifier: GPL-3.0-or-later
"""The share of requests that was sent to the new version while a rollout went on."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import wording
from ansible_collections.steady.rollout.plugins.module_utils._rollout.report import chart, colours
from ansible_collections.steady.rollout.plugins.module_utils._rollout.report.markup import EMPTY, Markup, element
from ansible_collections.steady.rollout.plugins.module_utils._rollout.report.story import number
from ansible_collections.steady.rollout.plugins.module_utils._rollout.report.table import NUMBER, TEXT, unfolded

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.report.story import Story

HEIGHT = 110.0


def shares(story: Story) -> tuple[tuple[float, float, float, str], ...]:
    """From each second on: the weights of the new and of the old side, and what was said of it."""
    return tuple(
        (moment.seconds, number(moment.weights.get("new")), number(moment.weights.get("old")), moment.text)
        for moment in story.moments
        if moment.weights
    )


def figure(story: Story, identity: str, styles: dict[str, str]) -> Markup:
    """The picture, and its figures as a table; nothing when no weights were set."""
    found = shares(story)
    if not found:
        return EMPTY
    end = max(story.seconds, found[-1][0], 0.1)
    frame = chart.Frame(0, end, HEIGHT, 1.12)
    steps = [(0.0, 0.0), *((at, new / (new + old) if new + old else 0.0) for at, new, old, _text in found)]
    untils = [*(at for at, _share in steps[1:]), end]
    stairs = [
        point for (at, share), until in zip(steps, untils, strict=True) for point in ((at, share), (until, share))
    ]
    style = styles.get(story.asked, "v0")
    most = max(share for _at, share in steps)
    return element(
        "div",
        chart.figure(
            identity,
            "Requests to the new version",
            f"Share of the weight that {story.asked or 'the new version'} had: at most {100 * most:.0f} %, at the end "
            f"{100 * steps[-1][1]:.0f} %. The figures follow as a table.",
            HEIGHT + chart.AXIS,
            chart.plot(
                frame,
                chart.area(frame, chart.Band(style, tuple((at, 0.0, share) for at, share in steps)), end),
                chart.line(frame, stairs, "wanted"),
            ),
            chart.grid(frame, [(0.0, ""), (0.5, "50 %"), (1.0, "100 %")]),
            chart.times(frame, lambda at: f"{at:.1f} s" if end < 20 else wording.seconds(at) if at else "0 s"),
            caption=colours.legend([(style, f"weight of {story.asked or 'the new version'}")]),
        ),
        unfolded(
            "The figures of this picture",
            f"Weights of {story.workload}",
            ("Second", "New", "Old", "What happened"),
            [(f"{at:.1f}", f"{new:g}", f"{old:g}", text) for at, new, old, text in found],
            (NUMBER, NUMBER, NUMBER, TEXT),
        ),
    )
