# SPDX-License-Identifier: GPL-3.0-or-later
"""How the story looks: headings, a bar per second, a table. Pure text; colours only where a terminal shows them."""

from __future__ import annotations

import re
import time
import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .figures import Second

WIDTH = 30
GLYPHS, ASCII_GLYPHS = "░█▒▓#", ".#=+*"
COLOURS = ("36", "32", "35", "33", "31")
RED, GREEN, BOLD, DIM = "31", "32", "1", "2"


@dataclass(frozen=True)
class Style:
    """Whether to use colours, and the characters of bars, one for each version."""

    colour: bool = False
    glyphs: str = GLYPHS

    def paint(self, text: str, code: str) -> str:
        return f"\033[{code}m{text}\033[0m" if self.colour else text


def glyphs_for(encoding: str | None) -> str:
    """Characters for bars that this encoding has."""
    try:
        GLYPHS.encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return ASCII_GLYPHS
    return GLYPHS


def plain(text: str) -> str:
    """The text without its colours."""
    return re.sub(r"\033\[\d*m", "", text)


def heading(number: str, title: str, command: str, style: Style) -> str:
    """A step's first line."""
    return f"\n{style.paint(f'{number}  {title}', BOLD)}" + (
        f"\n   {style.paint('$ ' + command, DIM)}" if command else ""
    )


def share_bar(versions: Mapping[str, int], known: Sequence[str], style: Style, width: int = WIDTH) -> str:
    """The share of each version, as a bar; a version that answered at all is at least one character wide."""
    answers = sum(versions.values())
    if not answers:
        return " " * width
    cells = _cells([versions.get(version, 0) for version in known], width)
    return "".join(
        style.paint(style.glyphs[number % len(style.glyphs)] * count, COLOURS[number % len(COLOURS)])
        for number, count in enumerate(cells)
        if count
    )


def _cells(counts: Sequence[int], width: int) -> list[int]:
    """``width`` cells divided like the counts, largest remainders first, nobody with a count left without a cell."""
    total = sum(counts)
    exact = [count * width / total for count in counts]
    cells = [max(int(part), 1 if part else 0) for part in exact]
    by_remainder = sorted(range(len(counts)), key=lambda number: exact[number] - int(exact[number]), reverse=True)
    for number in by_remainder:
        cells[number] += counts[number] > 0 and sum(cells) < width
    while sum(cells) > width:
        cells[cells.index(max(cells))] -= 1
    return cells


def second_line(second: Second, known: Sequence[str], style: Style) -> str:
    """One second of traffic in one line: time of day, bar, shares, requests, failures."""
    answers = sum(second.versions.values())
    shares = "  ".join(
        f"{version} {100 * second.versions[version] / answers:3.0f} %"
        for version in known
        if version in second.versions
    )
    told = f"{second.requests} requests"
    if second.failed:
        kinds = ", ".join(f"{count} {kind}" for kind, count in second.failures.items())
        told += "  " + style.paint(f"{second.failed} FAILED ({kinds})", RED)
    return f"   {time_of_day(second.at)}  {share_bar(second.versions, known, style)}  {shares:24} {told}".rstrip()


def time_of_day(moment: float, digits: int = 0) -> str:
    """Local time, to the second or finer."""
    fraction = f".{int(moment % 1 * 10**digits):0{digits}d}" if digits else ""
    return time.strftime("%H:%M:%S", time.localtime(int(moment))) + fraction


def minutes(seconds: float) -> str:
    """A length of time as people read it: 00:42."""
    return f"{int(seconds) // 60:02d}:{int(seconds) % 60:02d}"


@dataclass(frozen=True)
class Row:
    """One step in the final table; ``requests`` is None for a step without traffic."""

    step: str
    seconds: float
    requests: int | None
    failed: int | None
    versions: str
    outcome: str


COLUMNS = ("step", "seconds", "requests", "failed", "versions seen", "outcome")


def table(rows: Sequence[Row], style: Style) -> list[str]:
    """The final table, a line each."""
    cells = [COLUMNS, *(_texts(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(COLUMNS))]
    lines = [
        "  ".join(
            text.rjust(width) if column in (1, 2, 3) else text.ljust(width)
            for column, (text, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in cells
    ]
    return [style.paint(lines[0], BOLD), "-" * (sum(widths) + 2 * len(widths) - 2), *lines[1:]]


def _texts(row: Row) -> tuple[str, ...]:
    numbers = ["-" if number is None else str(number) for number in (row.requests, row.failed)]
    return (row.step, f"{row.seconds:.1f}", *numbers, row.versions, row.outcome)
