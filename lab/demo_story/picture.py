# SPDX-License-Identifier: GPL-3.0-or-later
"""A film as a picture that moves: an SVG in which each line appears at its second, three times over, and then stands."""

from __future__ import annotations

import html
import re
import typing as t

COLUMNS = 80
"""A terminal's width, at which lines go on in the next one."""
STANDS = 4.0
"""Seconds that the end is looked at before it begins anew."""
COLOURS = {"fatal": r"fatal: ", "changed": r"changed: ", "ok": r"ok: ", "task": r"(PLAY|TASK) \["}
"""What a line begins with that ansible-playbook colours; a failure goes on in its colour as long as lines are indented."""
LINE, SIDE, WIDE = 19, 16, 7.83
STYLE = """
text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #e6e9ee; white-space: pre }
.task { font-weight: 600; fill: #fff } .ok { fill: #7fd18b } .changed { fill: #e5c07b } .fatal { fill: #ff8f87 } .typed { fill: #8ab8ff }
@media (prefers-reduced-motion: reduce) { text { animation: none !important } }
"""


class Line(t.NamedTuple):
    """What stands in one line of the terminal, the second in which it comes, and the name of its colour."""

    second: float
    colour: str
    text: str


def lines(film: str) -> list[Line]:
    """A film's lines as ``film.told`` writes them, those that are too long in pieces."""
    command, *rest = film.splitlines()
    said, colour = [Line(0.0, "typed", command)], ""
    for each in rest:
        second, _bar, text = each.partition(" | ")
        goes_on = "fatal" if colour == "fatal" and text.startswith(" ") else ""
        colour = next((name for name, begins in COLOURS.items() if re.match(begins, text)), goes_on)
        if text.startswith("PLAY RECAP"):
            break
        said += [Line(float(second), colour, text[at : at + COLUMNS]) for at in range(0, len(text), COLUMNS)]
    return said


def drawn(film: str, title: str) -> str:
    """The film as SVG. Without animation, and for those who want little motion, all of it stands there at once."""
    told = lines(film)
    lasts = told[-1].second + STANDS
    width, height = round(COLUMNS * WIDE + 2 * SIDE), len(told) * LINE + 2 * SIDE
    moments = sorted({line.second for line in told} - {0.0})
    frames = "\n".join(_frames(number, second / lasts * 100) for number, second in enumerate(moments))
    texts = "\n".join(_text(line, row, lasts, moments) for row, line in enumerate(told))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-labelledby="title">\n'
        f'<title id="title">{html.escape(title)}</title>\n<style>{STYLE}{frames}\n</style>\n'
        f'<rect width="{width}" height="{height}" rx="8" fill="#14181f"/>\n{texts}\n</svg>\n'
    )


def _frames(number: int, share: float) -> str:
    return f"@keyframes f{number} {{ 0%, {share:.1f}% {{ opacity: 0 }} {share + 0.1:.1f}%, 100% {{ opacity: 1 }} }}"


def _text(line: Line, row: int, lasts: float, moments: t.Sequence[float]) -> str:
    comes = f' style="animation: f{moments.index(line.second)} {lasts:.1f}s 3"' if line.second else ""
    colour = f' class="{line.colour}"' if line.colour else ""
    return f'<text x="{SIDE}" y="{SIDE + LINE * row + 14}"{colour}{comes}>{html.escape(line.text)}</text>'
