# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ast
import pathlib
import re
import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._ansible import connected

PACKAGE = "ansible_collections.steady.rollout.plugins."
PLUGINS = pathlib.Path(connected.__file__).parents[2]


def test_the_date_is_utc_to_the_millisecond() -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", connected.SystemClock().now())


def test_no_request_outlives_five_minutes_or_the_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[float] = []

    def connect(_options: t.Any, *, patience: float) -> t.Any:
        seen.append(patience)
        return type("Cluster", (), {"caution": ""})()

    monkeypatch.setattr(connected, "connect", connect)
    for timeout in (5.0, 3600.0):
        connected.ports_of({}, timeout=timeout)
    connected.ports_of({})
    assert seen == [5.0, connected.LONGEST_SILENCE, connected.SILENCE]


def packed(name: str) -> set[str]:
    """What Ansible packs for a module: whatever is imported anywhere in a file, for types or in a function, too."""
    packed: set[str] = set()
    left = [name]
    while left:
        one = left.pop()
        path = PLUGINS / f"{one.replace('.', '/')}.py"
        path = path if path.is_file() else path.with_suffix("") / "__init__.py"
        if one in packed or not path.is_file():
            continue
        packed.add(one)
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith(PACKAGE):
                module = str(node.module).removeprefix(PACKAGE)
                left += [module, *(f"{module}.{alias.name}" for alias in node.names)]
    return packed


def test_what_only_reads_does_not_carry_what_changes() -> None:
    carried = packed("modules.workload_info")
    assert "module_utils._operation.info" in carried
    for part in ("_http", "_operation.operate", "_operation.strategies", "_rollout.gates", "_ansible.workload"):
        assert not [name for name in carried if name.startswith(f"module_utils.{part}")], part
    assert "module_utils._operation.operate" in packed("modules.workload_upgrade")
