# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.steady.rollout.tests.compare.comparison.tools import HERE, TOOLS


def test_every_file_that_tells_a_tool_what_to_do_is_shown() -> None:
    shown = [path for tool in TOOLS for path in tool.files]
    there = {*(HERE / "tools").glob("*.sh"), *(HERE / "playbooks").rglob("*.yml")} - {HERE / "tools/given.sh"}
    assert len(shown) == len(set(shown))
    assert set(shown) == there
