# SPDX-License-Identifier: GPL-3.0-or-later
"""What the callback task_times and the interpreter noted about the tasks of a play."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Sequence
from pathlib import Path

Json = dict[str, t.Any]


def noted(file: Path) -> list[Json]:
    """The lines of such a file, which is gone afterwards; none when it was never made."""
    if not file.exists():
        return []
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    file.unlink()
    return lines


def last_end(tasks: Sequence[Json]) -> float | None:
    """The moment at which the last task that changes or reads the cluster ended; None when there was none."""
    ended = [task["ended"] for task in tasks if not task["action"].startswith(("ansible.builtin.", "ansible.legacy."))]
    return float(ended[-1]) if ended else None
