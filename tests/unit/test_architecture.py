# SPDX-License-Identifier: GPL-3.0-or-later
"""The layers that CONTRIBUTING.md draws, held by the imports themselves."""

from __future__ import annotations

import ast
import pathlib

import pytest
import yaml

COLLECTION = pathlib.Path(__file__).parents[2]
PLUGINS = COLLECTION / "plugins"
UTILS = PLUGINS / "module_utils"
OURS = "ansible_collections.steady.rollout.plugins."

MAY_IMPORT = {
    "_rollout": {"_rollout"},
    "_operation": {"_operation", "_rollout"},
    "_cluster": {"_cluster", "_rollout"},
    "_http": {"_http", "_rollout"},
    "_ansible": {"_ansible", "_operation", "_cluster", "_http", "_rollout"},
    "modules": {"_ansible", "_operation", "_cluster", "_http", "_rollout"},
    "plugin_utils": {"plugin_utils", "_ansible", "_rollout"},
    "action": {"plugin_utils"},
    "callback": {"_rollout"},
    "filter": {"_operation", "_rollout"},
}


def sources(folder: pathlib.Path) -> list[pathlib.Path]:
    return sorted(path for path in folder.rglob("*.py") if path.stat().st_size)


def name_of(path: pathlib.Path) -> str:
    return str(path.relative_to(COLLECTION))


def imports(path: pathlib.Path) -> set[str]:
    """Dotted names, `from x import y` as x.y, wherever in the file they stand."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)} imports relatively: Ansible ships utils by their full path"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def layer_of(imported: str) -> str | None:
    parts = imported.removeprefix(OURS).split(".") if imported.startswith(OURS) else []
    return (parts[1] if parts[0] == "module_utils" else parts[0]) if parts else None


LAYERED = [
    (layer, path) for layer in MAY_IMPORT for path in sources((UTILS if layer.startswith("_") else PLUGINS) / layer)
]


def test_imports_only_point_down() -> None:
    for layer, path in LAYERED:
        upward = {layer_of(imported) for imported in imports(path)} - {None, "doc_fragments"} - MAY_IMPORT[layer]
        assert not upward, f"{name_of(path)} is in {layer} and may not know {upward}"


def test_kubernetes_is_known_to_one_layer() -> None:
    users = {layer for layer, path in LAYERED for name in imports(path) if name.partition(".")[0] == "kubernetes"}
    assert users <= {"_cluster"}


def test_the_core_knows_neither_ansible_nor_the_outside() -> None:
    outside = {"ansible", "kubernetes", "urllib3", "requests", "socket", "subprocess", "threading", "time"}
    for path in sources(UTILS / "_rollout"):
        used = {imported.partition(".")[0] for imported in imports(path)} & outside
        assert not used, f"{name_of(path)} imports {used}: _rollout is pure"


@pytest.mark.parametrize("family", ["kinds", "findings", "gates"])
def test_a_tuple_names_every_member_of_a_family(family: str) -> None:
    """Only what is imported reaches a target, so nothing is found by looking into the folder at run time."""
    folder = UTILS / "_rollout" / family
    text = "".join(path.read_text() for path in [folder / "__init__.py", folder.with_suffix(".py")] if path.exists())
    contract = {"__init__", family.removesuffix("s")}
    unnamed = {path.stem for path in folder.glob("*.py")} - contract - set(named_in_tuples(text))
    assert not unnamed, f"no tuple in _rollout/{family}/__init__.py names {sorted(unnamed)}"


def named_in_tuples(text: str) -> list[str]:
    tuples = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Tuple)]
    return [leaf.id for node in tuples for leaf in ast.walk(node) if isinstance(leaf, ast.Name)]


def has_behaviour(path: pathlib.Path) -> bool:
    """False for a file of nothing but constants, values and protocols."""
    functions = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)]
    return any(not isinstance(line, ast.Expr) for function in functions for line in function.body)


@pytest.mark.parametrize("folder", ["module_utils", "plugin_utils", "modules", "action", "callback", "filter"])
def test_every_source_file_has_a_test_of_the_same_stem(folder: str) -> None:
    tests = COLLECTION / "tests" / "unit" / "plugins" / folder
    untested = [
        name_of(path)
        for path in sources(PLUGINS / folder)
        if path.stem != "__init__"
        and has_behaviour(path)
        and not (tests / path.relative_to(PLUGINS / folder)).with_name(f"test_{path.stem.lstrip('_')}.py").exists()
    ]
    assert not untested, "without a test of the same stem: " + ", ".join(untested)


def test_fail_json_stands_in_one_file() -> None:
    callers = [name_of(path) for path in sources(PLUGINS) if ".fail_json(" in path.read_text()]
    assert len(callers) <= 1, callers


def test_the_action_group_is_exactly_the_workload_modules() -> None:
    groups = yaml.safe_load((COLLECTION / "meta" / "runtime.yml").read_text())["action_groups"]
    assert groups["workload"] == sorted(path.stem for path in (PLUGINS / "modules").glob("workload_*.py"))
