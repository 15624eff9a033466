# SPDX-License-Identifier: GPL-3.0-or-later
"""All rows, in the order of the table. A further row is a line here."""

from __future__ import annotations

from . import loading, naming, scaling, starting, surveying, upgrading
from .row import Row


def rows(sizes: tuple[int, ...] = scaling.SIZES) -> tuple[Row, ...]:
    """``sizes``: those of the fleets that are rolled in one task."""
    return (upgrading.ROW, naming.ROW, starting.ROW, *loading.ROWS, scaling.row(sizes), surveying.ROW)
