# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/gates.md and the options' documentation say what the gates themselves say."""

from __future__ import annotations

import pathlib
import re

import yaml

from ansible_collections.steady.rollout.plugins.doc_fragments.workload import ModuleDocFragment
from ansible_collections.steady.rollout.plugins.module_utils._rollout import gates
from ansible_collections.steady.rollout.plugins.module_utils._rollout.options import REQUIRED, Option

GUIDE = (pathlib.Path(__file__).parents[2] / "docs" / "gates.md").read_text()
VALUES = {
    "text": "text",
    "flag": "true or false",
    "duration": "length of time",
    "delay": "length of time or 0",
    "number": "number",
    "count": "whole number from 0",
    "positive count": "whole number from 1",
    "share": "share from 0 to 1",
    "above zero": "number above 0",
    "amount": "pods or percentage",
    "table": "dictionary",
    "codes": "HTTP status codes",
}


def chapter(title: str) -> str:
    return re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", GUIDE, re.S | re.M)[1]  # type: ignore[index]


def documented(title: str) -> list[list[str]]:
    """The first three columns of a chapter's table."""
    rows = re.findall(r"^\| (`\w+`) \| (.*?) \|(.*?)\|", chapter(title), re.M)
    return [[name.strip("`"), value, default.strip()] for name, value, default in rows]


def row(option: Option, short: str) -> list[str]:
    written = str(option.default).lower() if isinstance(option.default, bool) else option.default
    said = ["*required*"] if option.default is REQUIRED else [] if written in (None, ()) else [f"`{written}`"]
    said += ["*short*"] if option.name == short else []
    value = ", ".join(f"`{choice}`" for choice in option.choices) or VALUES[option.form]
    return [option.name, value, ", ".join(said)]


def test_the_guide_has_every_gate_with_its_options_values_and_defaults() -> None:
    assert re.findall(r"^## (\w+)$", GUIDE, re.M) == list(gates.NAMES)
    for form in gates.GATES:
        assert documented(form.NAME) == [row(option, form.SHORT) for option in form.OPTIONS], form.NAME
    assert documented("Options of every gate") == [row(option, "") for option in gates.COMMON]


def test_what_has_a_short_form_has_it_as_its_first_option() -> None:
    assert all(form.OPTIONS[0].name == form.SHORT for form in gates.GATES if form.SHORT)


def test_every_example_of_the_guide_is_a_gate() -> None:
    for form in gates.GATES:
        (example,) = re.findall(r"```yaml\n(.*?)```", chapter(form.NAME), re.S)
        assert {gate.form.NAME for gate in gates.parse(yaml.safe_load(example))} == {form.NAME}
    (task,) = yaml.safe_load(re.search(r"```yaml\n(.*?)```", GUIDE, re.S)[1])  # type: ignore[index]
    assert len(gates.parse(task["steady.rollout.workload_upgrade"]["gates"])) == 4


def test_the_option_names_every_gate() -> None:
    described = str(yaml.safe_load(ModuleDocFragment.GATES)["options"]["gates"]["description"])
    assert [name for name in gates.NAMES if f"V({name})" not in described] == []
