# SPDX-License-Identifier: GPL-3.0-or-later
"""What the documentation of several modules says in common stands in each of them, and must stay the same."""

from __future__ import annotations

import pathlib

MODULES = pathlib.Path(__file__).parents[2] / "plugins" / "modules"
WAITING = ("deploy", "pause", "restart", "rollback", "scale", "upgrade", "wait")


def test_the_waiting_modules_describe_one_and_the_same_result() -> None:
    """A fragment for RETURN would do, but the oldest ansible-core that is supported knows none."""
    described = {
        (MODULES / f"workload_{name}.py").read_text().partition('RETURN = r"""')[2].partition('"""')[0]
        for name in WAITING
    }
    assert len(described) == 1
