# SPDX-License-Identifier: GPL-3.0-or-later
"""Many workloads at a glance: a table in plain text, what needs somebody first."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import moments, revisions, wording

Json = dict[str, t.Any]

WIDTH = 108
"""Characters of a line: 120 less what Ansible's own output puts around it."""
TITLES = ("NAMESPACE", "KIND", "NAME", "VERSION", "READY", "STATUS", "LAST", "AGE", "WHO")
_ENOUGH = 24
"""Characters of WHO that other columns give way to."""
_RANKS = {"failed": 0, "progressing": 1}
_RESTING = 3
"""From this rank on nobody has to look: paused and complete, or well."""


def table(workloads: t.Iterable[Json], now: str) -> t.Iterator[str]:
    """The lines, the titles first. ``workloads`` are facts as ``workload_info`` tells them, ``now`` is the date and time in UTC."""
    ordered = sorted(workloads, key=urgency)
    rows = [TITLES, *(_row(workload, now) for workload in ordered)]
    widths = _widths([max(map(len, column)) for column in zip(*rows, strict=True)])
    for row in rows:
        line = "  ".join(_cut(cell, width).ljust(width) for cell, width in zip(row, widths, strict=True))
        yield _cut(line.rstrip(), WIDTH)


def _widths(needed: t.Sequence[int]) -> list[int]:
    """Columns as wide as they need to be; where a line is too short for all, the widest give way."""
    widths = [*needed[:-1], min(needed[-1], _ENOUGH)]
    spare = WIDTH - 2 * (len(widths) - 1)
    while sum(widths) > spare:
        widths[widths.index(max(widths))] -= 1
    return [*widths[:-1], max(widths[-1], min(needed[-1], spare - sum(widths[:-1])))]


def is_sick(workload: Json) -> bool:
    """Whether somebody should look: it failed, is on its way or held up, or lacks pods."""
    return urgency(workload)[0] < _RESTING


def urgency(workload: Json) -> tuple[int, str, str, str]:
    """Sorts failed, on its way or held up, not all pods there, paused, well; then by name."""
    rank = _RANKS.get(workload["status"], 4)
    if rank == 4 and (workload["available"] < workload["replicas"] or workload["findings"]):
        rank = 2
    elif rank == 4 and workload["paused"]:
        rank = _RESTING
    return rank, workload["namespace"], workload["name"], workload["kind"]


def _row(workload: Json, now: str) -> tuple[str, ...]:
    current: Json = next((entry for entry in workload["history"] if entry["current"]), {})
    cells = (
        workload["namespace"],
        workload["kind"],
        workload["name"],
        workload["version"],
        f"{workload['ready']}/{workload['replicas']}",
        _health(workload),
        _last(workload["history"], current),
        age(str(current.get("created", "")), now),
        _who(workload, current),
    )
    return tuple(wording.plain(cell) for cell in cells)


def _health(workload: Json) -> str:
    """The status, and why where it is not complete."""
    words = "paused" if workload["paused"] and workload["status"] != "failed" else workload["status"]
    findings = workload["findings"]
    why = findings[0]["title"] if findings else "" if workload["status"] == "complete" else workload["message"]
    return f"{words}, {why}" if why and why != words else words


def _last(history: t.Sequence[Json], current: Json) -> str:
    """How the present revision turned out; and the one before it, where that was gone back from."""
    outcome = current.get("outcome", revisions.UNKNOWN)
    known = "" if outcome == revisions.UNKNOWN else str(outcome)
    others = [entry for entry in history if not entry["current"]]
    before = others[0] if others and others[0]["outcome"] in (revisions.BAD, revisions.UNDONE) else None
    if before is None:
        return known or "-"
    tried = f"{before['version']} {before['outcome']}"
    return f"{known}, {tried}" if known else tried


def _who(workload: Json, current: Json) -> str:
    """Who is changing it at the moment and how far that is; else why it was changed; else what manages it."""
    running = workload["running"]
    if running:
        return ": ".join(filter(None, (running["holder"], running["progress"] or running["task"])))
    return current.get("change_cause") or workload["managed_by"] or "-"


def age(since: str, now: str) -> str:
    """``45s``, ``12m``, ``7h``, ``30d``; ``-`` for a date that is none."""
    begun, present = moments.seconds_of(since), moments.seconds_of(now)
    if begun is None or present is None:
        return "-"
    seconds = int(present - begun)
    for unit, length in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length}{unit}"
    return f"{max(0, seconds)}s"


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}\N{HORIZONTAL ELLIPSIS}"
