# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab runs before any tool is installed, as a program of its own folder; its tests find it the same way."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[4] / "lab"))
