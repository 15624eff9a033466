# SPDX-License-Identifier: GPL-3.0-or-later
"""The bench is a program of its own folder that stands on the lab's and the comparison's; its tests find them the same way."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]

sys.path[:0] = [str(ROOT / place) for place in ("tests/bench", "tests/compare", "tests/integration/faults", "lab")]
