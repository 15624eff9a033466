# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands in the documentation and in the code as well must be the same in both."""

from __future__ import annotations

import re
import subprocess

import pytest
import yaml

from ansible_collections.steady.rollout.plugins.module_utils._ansible import workload
from ansible_collections.steady.rollout.plugins.module_utils._rollout import ranking
from ansible_collections.steady.rollout.tests.unit import pages, test_architecture

MODULES = pages.COLLECTION / "plugins" / "modules"
WAITING = ("deploy", "pause", "restart", "rollback", "scale", "upgrade", "wait")
LIMITS = [*(name for name in workload.WAITING if name.endswith(("_grace", "_restarts"))), "fail_on"]


def rows(page: str, heading: str) -> list[list[str]]:
    """The cells of the table under a header row that begins with the given text."""
    table = re.search(rf"^\| {re.escape(heading)}.*\n\|[-| ]+\n((?:\|.*\n)+)", pages.text(page), re.M)
    assert table, f"{page} has no table {heading}"
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table[1].splitlines()]


def names(page: str, heading: str) -> list[str]:
    """The first words in backticks of each row."""
    return [re.findall(r"`(\w+)`", cells[0])[0] for cells in rows(page, heading)]


def test_the_waiting_modules_describe_one_and_the_same_result() -> None:
    """A fragment for RETURN would do, but the oldest ansible-core that is supported knows none."""
    described = {
        (MODULES / f"workload_{name}.py").read_text().partition('RETURN = r"""')[2].partition('"""')[0]
        for name in WAITING
    }
    assert len(described) == 1


def test_every_finding_has_its_row() -> None:
    """What it looks like, what it means, what to do, when it is terminal."""
    table = rows("docs/findings.md", "code | seen as")
    assert sorted(names("docs/findings.md", "code | seen as")) == sorted(ranking.CODES)
    assert [cells[0] for cells in table if not all(cells[:5])] == []


def test_every_finding_is_named_in_the_result() -> None:
    described = (MODULES / "workload_wait.py").read_text().partition("findings:")[2].partition("severity:")[0]
    assert sorted(re.findall(r"V\((\w+)\)", described)) == sorted(ranking.CODES)


def test_the_options_of_findings_have_their_defaults() -> None:
    documented = {cells[0].strip("`"): cells[1] for cells in rows("docs/findings.md", "option | default")}
    assert list(documented) == LIMITS
    said = {name: str(workload.WAITING[name].get("default", "")) for name in LIMITS}
    assert {name: documented[name] for name in LIMITS if said[name]} == {n: v for n, v in said.items() if v}


@pytest.mark.parametrize(
    ("heading", "folder", "pattern"), [("modules", "plugins/modules", "*.py"), ("roles", "roles", "*")]
)
def test_the_overview_lists_all(heading: str, folder: str, pattern: str) -> None:
    there = {path.stem for path in (pages.COLLECTION / folder).glob(pattern) if path.stem[0] not in "._"}
    assert set(names("docs/collection.md", heading)) == there


def test_the_overview_names_every_playbook() -> None:
    text = pages.text("docs/collection.md")
    there = [path.stem for path in (pages.COLLECTION / "playbooks").glob("*.yml")]
    assert [name for name in there if f"`{name}`" not in text and f"steady.rollout.{name}`" not in text] == []


def test_the_playbooks_say_which_variables_nothing_reads() -> None:
    """The list by which they tell a slip is that of what they read."""
    files = [path for path in (pages.COLLECTION / "playbooks").rglob("*.yml") if path.name != "check.yml"]
    read = {name for path in files for name in re.findall(r"(?<![.\w])workload_\w+", path.read_text())}
    (check,) = yaml.safe_load(pages.text("playbooks/tasks/check.yml"))
    assert check["vars"]["known"] == sorted(read)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-e", "version=2.0"], "Which workload? Set workload_namespace and workload_name in the inventory"),
        (["-e", "workload_namespace=shop", "-e", "workload_name=app"], "Which version? Say so with -e version=2.0"),
    ],
)
def test_a_playbook_asks_for_what_it_cannot_guess(words: list[str], said: str) -> None:
    playbook = str(pages.COLLECTION / "playbooks" / "upgrade.yml")
    done = subprocess.run(
        ["ansible-playbook", "-i", "localhost,", playbook, *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2 and said in done.stdout, done.stdout + done.stderr


def test_the_readme_is_read_in_two_minutes() -> None:
    """At 230 words a minute, without what stands in blocks and addresses; the rest belongs into the guides."""
    prose = re.sub(r"^```.*?^```$|\]\([^)]*\)|<!--.*?-->", "", pages.text("README.md"), flags=re.S | re.M)
    assert len(re.findall(r"\w[\w.'-]*", prose)) <= 460


def test_the_picture_of_the_layers_is_that_of_the_imports() -> None:
    """Its boxes are the layers; an arrow is drawn where one imports the other, and what has none can be reached over others."""
    picture = pages.text("docs/layers.svg")
    assert set(re.findall(r'data-layer="(\w+)"', picture)) == set(test_architecture.MAY_IMPORT)
    drawn = set(re.findall(r'data-from="(\w+)" data-to="(\w+)"', picture))
    used = {
        (layer, other)
        for layer, path in test_architecture.LAYERED
        for other in map(test_architecture.layer_of, test_architecture.imports(path))
        if other in test_architecture.MAY_IMPORT and other != layer
    }
    assert drawn <= used
    assert used <= reachable(drawn)


def reachable(arrows: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Every pair that the arrows connect, over others as well."""
    found = set(arrows)
    while more := {(a, d) for a, b in found for c, d in arrows if b == c} - found:
        found |= more
    return found
