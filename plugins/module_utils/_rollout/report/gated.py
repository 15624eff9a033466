# SPDX-License-Identifier: GPL-3.0-or-later
"""The gates of one rollout with what they measured: in figures, of both sides where two were compared, and second by second."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import wording
from ansible_collections.steady.rollout.plugins.module_utils._rollout.report import answered
from ansible_collections.steady.rollout.plugins.module_utils._rollout.report.markup import EMPTY, Markup, element
from ansible_collections.steady.rollout.plugins.module_utils._rollout.report.table import NUMBER, TEXT, table
from ansible_collections.steady.rollout.plugins.module_utils._rollout.report.traffic import traffic_of

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.report.story import Json, Story

STATES = {"passed": "is-good", "failed": "is-bad"}
SIDES = ("new", "old")
TOLD_ELSEWHERE = ("examples", "started", "elapsed", "stopped_early")


def section(story: Story, identity: str, styles: dict[str, str]) -> Markup:
    """All of them; nothing when there were none."""
    if not story.gates:
        return EMPTY
    rows = [
        (
            str(gate.get("gate", "")),
            element(
                "span", str(gate.get("state", "")), class_=f"badge {STATES.get(str(gate.get('state')), 'is-hold')}"
            ),
            wording.seconds(gate["seconds"]) if isinstance(gate.get("seconds"), (int, float)) else "-",
            [str(gate.get("message", "")), _measured(gate)],
        )
        for gate in story.gates
    ]
    heads, kinds = ("Gate", "State", "Took", "Measured"), ("", "", NUMBER, TEXT)
    return element(
        "div",
        element("h3", "Gates"),
        table(f"Gates of rollout of {story.workload}", heads, rows, kinds),
        [_sides(gate, story) for gate in story.gates],
        [_seconds(gate, f"{identity}-{index}", styles) for index, gate in enumerate(story.gates, 1)],
    )


def _measured(gate: Json) -> Markup | None:
    figures = gate.get("measurement")
    shown = (
        {key: value for key, value in figures.items() if key not in TOLD_ELSEWHERE} if isinstance(figures, dict) else {}
    )
    told = "" if _both(gate) else "; ".join(f"{name} {value}" for name, value in flat(shown))
    return element("div", told, class_="soft small") if told else None


def flat(figures: object, prefix: str = "") -> t.Iterator[tuple[str, str]]:
    """Figures within figures as one row; zeros within, empty ones and lists left out."""
    if not isinstance(figures, dict):
        return
    for name, value in figures.items():
        words = f"{prefix}{name}".replace("_", " ")
        if isinstance(value, dict):
            yield from flat(value, f"{name} ")
        elif isinstance(value, (str, int, float)) and value != "" and not (prefix and value == 0):
            yield words, str(value)


def _both(gate: Json) -> list[Json]:
    """What was measured of the new side and of the old one; empty where no two were compared."""
    figures = gate.get("measurement")
    sides = [figures.get(side) for side in SIDES] if isinstance(figures, dict) else []
    return [side for side in sides if isinstance(side, dict)] if all(isinstance(side, dict) for side in sides) else []


def _sides(gate: Json, story: Story) -> Markup:
    """The figures of both sides, side by side."""
    measured = [dict(flat(side)) for side in _both(gate)]
    names = dict.fromkeys(name for side in measured for name in side)
    if not names:
        return EMPTY
    versions = (story.asked or "the new version", story.before or "the old version")
    rows = [(name, *(side.get(name, "0") for side in measured)) for name in names]
    return table(f"Gate {gate.get('gate', '')}: both sides", ("Measured", *versions), rows, ("", NUMBER, NUMBER))


def _seconds(gate: Json, identity: str, styles: dict[str, str]) -> Markup:
    """What the gate's requests got in each second, where it kept that."""
    figures = gate.get("measurement")
    traffic = traffic_of(figures) if isinstance(figures, dict) else None
    if traffic is None:
        return EMPTY
    heading = element("h3", f"What gate {gate.get('gate', '')} got")
    return element("div", heading, answered.section(traffic, (), identity, styles))
