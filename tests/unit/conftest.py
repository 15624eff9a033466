# SPDX-License-Identifier: GPL-3.0-or-later
"""Property tests are the same on every run, and no machine is too slow for them."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("gate", deadline=None, database=None, derandomize=True)
settings.load_profile("gate")
