# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

from steady_bench.tasks import last_end, noted


def test_what_is_noted_is_read_once(tmp_path: Path) -> None:
    file = tmp_path / "tasks"
    file.write_text(
        '{"action": "ansible.builtin.ping", "ended": 1.0}\n{"action": "steady.rollout.workload_info", "ended": 2.0}\n'
    )
    assert [task["ended"] for task in noted(file)] == [1.0, 2.0]
    assert noted(file) == []


def test_the_last_task_that_is_not_about_ansible_itself_counts() -> None:
    actions = ("ansible.builtin.assert", "steady.rollout.workload_upgrade", "ansible.builtin.debug")
    assert last_end([{"action": action, "ended": float(at)} for at, action in enumerate(actions)]) == 1.0
    assert last_end([{"action": "ansible.builtin.debug", "ended": 3.0}]) is None
    assert last_end([]) is None
