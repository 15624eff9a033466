# SPDX-License-Identifier: GPL-3.0-or-later
"""A program of its own folder that stands on the lab and the comparison; its tests find them the same way."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

sys.path[:0] = [str(ROOT / place) for place in ("tests/chaos", "tests/compare", "lab")]
