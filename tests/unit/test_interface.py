# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules take and give speaks one language: one name is one thing everywhere, and a length of time says its unit."""

from __future__ import annotations

import ast
import collections
import re
import typing as t

import pytest
import yaml

from ansible_collections.steady.rollout.plugins.module_utils._operation import jobs, strategies
from ansible_collections.steady.rollout.plugins.module_utils._rollout import kinds
from ansible_collections.steady.rollout.tests.unit import pages

Json = dict[str, t.Any]

PLUGINS = pages.COLLECTION / "plugins"
OF_ITS_MODULE = {"findings", "msg", "results", "workloads"}
"""Results whose meaning is the same, but which each module describes by what it does."""
TIME = re.compile(r"\d+(ms|s|m|h)\b")


class Said(t.NamedTuple):
    """An option or a result as it is documented: where, its dotted name, and what is said of it."""

    where: str
    name: str
    about: Json

    @property
    def text(self) -> str:
        """Its description in one piece."""
        given = self.about["description"]
        return given if isinstance(given, str) else " ".join(given)


def texts(folder: str, *names: str) -> t.Iterator[tuple[str, str]]:
    """The documentation that a folder's files hold under these names, or under any, and where it stands."""
    for path in sorted((PLUGINS / folder).glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                name = ast.unparse(node.targets[0])
                if not names or name in names:
                    yield f"{path.stem} {name}", str(node.value.value)


def walk(where: str, described: Json, inner: str, before: str = "") -> t.Iterator[Said]:
    """All of them, with those within them."""
    for name, about in (described or {}).items():
        yield Said(where, f"{before}{name}", about)
        yield from walk(where, about.get(inner, {}), inner, f"{before}{name}.")


RESULTS = [said for where, text in texts("modules", "RETURN") for said in walk(where, yaml.safe_load(text), "contains")]
OPTIONS = [
    said
    for where, text in (*texts("modules", "DOCUMENTATION"), *texts("doc_fragments"))
    for said in walk(where, yaml.safe_load(text).get("options", {}), "suboptions")
]
VARIABLES = [
    said
    for path in sorted(pages.COLLECTION.glob("roles/*/meta/argument_specs.yml"))
    for said in walk(path.parts[-3], yaml.safe_load(path.read_text())["argument_specs"]["main"]["options"], "options")
]


def meanings(documented: t.Iterable[Said], of: t.Callable[[Said], t.Any]) -> dict[str, set[t.Any]]:
    """What each name that has several of them means."""
    found = collections.defaultdict(set)
    for said in documented:
        found[said.name].add(of(said))
    return {name: several for name, several in found.items() if len(several) > 1}


@pytest.mark.parametrize("documented", [RESULTS, OPTIONS], ids=["results", "options"])
def test_one_name_has_one_type(documented: list[Said]) -> None:
    assert len(documented) > 50
    assert meanings(documented, lambda said: (said.about["type"], said.about.get("elements"))) == {}


def test_one_result_has_one_meaning() -> None:
    assert meanings([said for said in RESULTS if said.name not in OF_ITS_MODULE], lambda said: said.text) == {}


@pytest.mark.parametrize("documented", [OPTIONS, VARIABLES], ids=["options", "variables"])
def test_every_length_of_time_says_its_unit(documented: list[Said]) -> None:
    times = [said for said in documented if "How long" in said.text or TIME.fullmatch(str(said.about.get("default")))]
    assert len(times) >= 10
    unclear = [said for said in times if not TIME.search(f"{said.about.get('default')} {said.text}")]
    assert [f"{said.where}: {said.name}" for said in unclear if "seconds" not in said.text] == []


def test_what_can_be_chosen_is_what_there_is() -> None:
    """Of modules ansible-test compares it; what is added has to come to roles and to free text as well."""
    accounts = {
        said.name: said.about["choices"] for said in VARIABLES if said.where == "access" and "choices" in said.about
    }
    assert accounts["access_accounts.uses"] == [*jobs.USES]
    assert sorted(accounts["access_accounts.jobs"]) == sorted(jobs.JOBS)
    assert accounts["access_kinds"] == accounts["access_accounts.kinds"] == [*kinds.NAMES]
    (strategy,) = (said.text for said in OPTIONS if said.name == "strategy")
    assert [name for name in strategies.NAMES if f"V({name})" not in strategy] == []
