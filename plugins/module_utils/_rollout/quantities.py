# SPDX-License-Identifier: GPL-3.0-or-later
"""Kubernetes quantities: ``100m``, ``1.5Gi``, ``2e3``."""

from __future__ import annotations

import re
import typing as t

if t.TYPE_CHECKING:
    from decimal import Decimal

_FORM = re.compile(r"([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?)([KMGTPE]i|[numkMGTPE])?")
_UNITS = {"": "1", "n": "1e-9", "u": "1e-6", "m": "1e-3"}
_UNITS |= {unit: f"1e{3 * power}" for power, unit in enumerate("kMGTPE", 1)}
_UNITS |= {f"{unit}i": str(1024**power) for power, unit in enumerate("KMGTPE", 1)}


def parse(text: str | float) -> Decimal:
    """The quantity as a number of its base unit (cores, bytes, objects). The API server has checked its form already."""
    from decimal import Decimal  # where no quota is looked at nobody needs it

    found = _FORM.fullmatch(str(text).strip())
    if not found:
        return Decimal(0)
    return Decimal(found[1]) * Decimal(_UNITS[found[2] or ""])


def share(value: object, of: int, *, up: bool) -> int:
    """An absolute number, or a percentage of something rounded up or down."""
    text = str(value)
    if not text.endswith("%"):
        return int(text)
    scaled = int(text[:-1]) * of
    return -(-scaled // 100) if up else scaled // 100
