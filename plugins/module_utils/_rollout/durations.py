# SPDX-License-Identifier: GPL-3.0-or-later
"""Lengths of time as people write them: ``90s``, ``5m``, ``1h30m``, ``500ms``; a number alone is seconds."""

from __future__ import annotations

import re

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors

HOW_TO_WRITE = "write it as 500ms, 90s, 5m, 1h or 1h30m"
LONGEST = 365 * 24 * 3600.0

_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_PARTS = re.compile(r"(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?")


def parse(text: str | float, what: str = "duration", minimum: float | None = None) -> float:
    """Seconds. Must be more than 0, or at least ``minimum`` seconds where that is given (0 allows "none").

    ``what`` is the option's name for the message. Raises InvalidInput.
    """
    written = str(text).strip()
    sign = -1.0 if written.startswith("-") else 1.0
    seconds = sign * _seconds(written.lstrip("-"), written, what)
    if minimum is None and seconds <= 0:
        raise errors.InvalidInput(f"{what}: {written!r} is not possible, it must be more than 0; {HOW_TO_WRITE}.")
    if minimum is not None and seconds < minimum:
        raise errors.InvalidInput(f"{what}: {written!r} is too short, it must be at least {minimum:g}s.")
    if seconds > LONGEST:
        raise errors.InvalidInput(f"{what}: {written!r} is too long, it must be at most a year (8760h).")
    return seconds


def _seconds(unsigned: str, written: str, what: str) -> float:
    if _NUMBER.fullmatch(unsigned):
        return float(unsigned)
    parts = _PARTS.fullmatch(unsigned)
    if not unsigned or parts is None:
        raise errors.InvalidInput(f"{what}: {written!r} is not a length of time; {HOW_TO_WRITE}.")
    return sum(float(number) * unit for number, unit in zip(parts.groups(), _UNITS.values(), strict=True) if number)
