# SPDX-License-Identifier: GPL-3.0-or-later
"""Every example that users read is carried out as far as that goes without a cluster.

Plays and tasks are checked by ansible-playbook, the tasks of our modules are run by the modules themselves, up to the API server that
nobody has started; variables are held against the roles' specifications and the playbooks, commands against what is there.
"""

from __future__ import annotations

import copy
import json
import pathlib
import re
import shlex
import subprocess
import typing as t

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.steady.rollout.plugins.module_utils._rollout import gates
from ansible_collections.steady.rollout.tests.unit import pages
from ansible_collections.steady.rollout.tests.unit.fuzz.test_modules import ASKED, MANIFEST, Call, call, module

__all__ = ["call"]

Json = dict[str, t.Any]
OURS = "steady.rollout."
BLOCKS = ("block", "rescue", "always")
DEFINITION: Json = copy.deepcopy(MANIFEST)
DEFINITION["spec"]["template"]["spec"]["containers"][0]["envFrom"] = [
    {"configMapRef": {"name": "settings"}},
    {"secretRef": {"name": "database"}},
]
INSERTED: Json = {
    "definition": DEFINITION,
    "promote": True,
    "results": [],
    "url": "http://shop.example/",
    "version": "2.0",
}
"""What stands for a template in an option of that name."""
CONNECTION = ("kubeconfig", "context")
WITHOUT_CLUSTER = ("http_probe", "rollout_notify", "rollout_report")
EXAMPLES = pages.yaml_examples()
PLAYBOOKS = "".join(path.read_text() for path in (pages.COLLECTION / "playbooks").rglob("*.yml"))
TARGETS = re.findall(r"^([a-z-]+):", pages.text("Makefile"), re.M)


def by_where(block: pages.Block) -> str:
    return block.where


def plays(example: t.Any) -> list[Json]:
    """An example as plays; empty where it is neither plays nor tasks."""
    if not (isinstance(example, list) and all(isinstance(each, dict) for each in example)):
        return []
    if all("hosts" in each for each in example):
        return example
    are_tasks = all(any(key in BLOCKS or key.count(".") == 2 for key in each) for each in example)
    return [{"hosts": "localhost", "gather_facts": False, "tasks": example}] if are_tasks else []


def tasks_of(tasks: list[Json]) -> list[tuple[str, Json]]:
    """Module and options of each task, blocks opened."""
    found = []
    for task in tasks:
        found += [each for part in BLOCKS for each in tasks_of(task.get(part, []))]
        found += [(key, options) for key, options in task.items() if key.count(".") == 2]
    return found


def our_tasks(example: t.Any) -> list[tuple[str, Json]]:
    found = []
    for play in plays(example):
        defaults = play.get("module_defaults", {}).get("group/steady.rollout.workload", {})
        for name, options in tasks_of(play.get("tasks", [])):
            if name.startswith(OURS):
                short = name.removeprefix(OURS)
                found.append((short, {**(defaults if short not in WITHOUT_CLUSTER else {}), **(options or {})}))
    return found


def filled(options: Json) -> Json:
    """The options without templates."""
    told = {key: INSERTED.get(key, value) if str(value).startswith("{{") else value for key, value in options.items()}
    return {key: value for key, value in told.items() if key not in CONNECTION}


SPECIFICATIONS: Json = {
    path.parents[1].name: yaml.safe_load(path.read_text())["argument_specs"]["main"]["options"]
    for path in (pages.COLLECTION / "roles").glob("*/meta/argument_specs.yml")
}


def refused(role: str, variables: Json, *, whole: bool) -> list[str]:
    """What a role's specification has against the variables; ``whole`` where none may be missing."""
    specification = {
        name: {**option, "required": option.get("required", False) and whole}
        for name, option in SPECIFICATIONS[role].items()
    }
    return list(ArgumentSpecValidator(specification).validate(variables).error_messages)


def test_plays_and_tasks_are_ones_for_ansible(tmp_path: pathlib.Path) -> None:
    """One run of ansible-playbook for all of them: unknown modules and keywords end it, naming the file."""
    files = []
    for number, block in enumerate(EXAMPLES):
        if found := plays(yaml.safe_load(block.text)):
            path = tmp_path / f"{number}-{block.where.replace('/', '_')}.yml"
            path.write_text(json.dumps(found))
            files.append(str(path))
    assert len(files) > 30, "where have the examples gone?"
    done = subprocess.run(
        ["ansible-playbook", "--syntax-check", "-i", "localhost,", *files], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("block", EXAMPLES, ids=by_where)
def test_an_example_says_what_its_readers_need(block: pages.Block, call: Call) -> None:
    example = yaml.safe_load(block.text)
    if isinstance(example, dict):
        check_variables(block, example)
    elif plays(example):
        for play in plays(example):
            for role in play.get("roles", []):
                assert refused(role["role"].removeprefix(OURS), role["vars"], whole=True) == []
        for name, options in our_tasks(example):
            check_task(name, filled(options), call)
    else:
        assert gates.parse(example)


def check_task(name: str, options: Json, call: Call) -> None:
    """The module takes the options: it asks the API server, or, where it asks none, has nothing against them."""
    if name in WITHOUT_CLUSTER:
        found = ArgumentSpecValidator(module(name).ARGUMENTS).validate(options)
        assert found.error_messages == [], (name, options)
        return
    unsaid = {key: ... for key in ("namespace", "name") if key not in options}
    message = call(name, **{**unsaid, "version": ..., "definition": ..., "replicas": ..., "state": ..., **options})[
        "msg"
    ]
    assert ASKED in message, (name, options, message)


def check_variables(block: pages.Block, variables: Json) -> None:
    """A specification or a playbook knows each of them. Groups of an inventory are no variables."""
    for name in variables:
        role = next((role for role in SPECIFICATIONS if name.startswith(f"{role}_")), None)
        if role:
            assert refused(role, {name: variables[name]}, whole=False) == [], block.where
        elif not isinstance(variables[name], dict) or "hosts" not in variables[name]:
            assert re.search(rf"\b{name}\b", PLAYBOOKS), f"{block.where}: no playbook knows {name}"


@pytest.mark.parametrize("page", pages.pages())
def test_what_a_page_tells_to_type_is_there(page: str, call: Call) -> None:
    files = {block.file for block in pages.blocks(page)} | linked(page)
    for command in pages.commands(page):
        first, *words = shlex.split(command)
        if first == "make":
            check_targets(page, [word for word in words if re.fullmatch("[a-z-]+", word)])
        elif first == "ansible-playbook":
            check_playbook(page, words, files)
        elif first == "ansible":
            name, options = (words[words.index(word) + 1] for word in ("-m", "-a"))
            check_task(name.removeprefix(OURS), json.loads(options), call)
        elif first == "kubectl" and "-f" in words:
            assert (pages.COLLECTION / words[words.index("-f") + 1]).exists(), f"{page}: {command}"
        elif first.startswith(pages.OWN_FILES):
            assert (pages.COLLECTION / first).exists(), f"{page}: {first}"
    for inline in re.findall(r"`make ([^`]+)`", pages.text(page)):
        check_targets(page, [word for word in inline.split() if re.fullmatch("[a-z-]+", word)])
    for inline in re.findall(r"`ansible-playbook ([^`]+)`", pages.text(page)):
        check_playbook(page, shlex.split(inline), files)
    for role, name in re.findall(r"`ansible-doc (-t role )?steady\.rollout\.(\w+)`", pages.text(page)):
        assert (pages.COLLECTION / (f"roles/{name}" if role else f"plugins/modules/{name}.py")).exists(), (
            f"{page}: {name}"
        )


def linked(page: str) -> set[str]:
    """The names of the playbooks that a page links to, for its readers to copy."""
    beside = (pages.COLLECTION / page).parent
    return {
        pathlib.Path(link).name
        for link in re.findall(r"\]\(([^)]+\.yml)\)", pages.text(page))
        if (beside / link).exists()
    }


def check_targets(page: str, targets: list[str]) -> None:
    assert set(targets) <= set(TARGETS), f"{page}: make {targets}"


def check_playbook(page: str, words: list[str], files: set[str]) -> None:
    """It is the collection's, a block of the page or a file that it links to; variables of the collection's are known to it."""
    playbook = next((word for word in words if word.startswith(OURS) or word.endswith(".yml")), "")
    path = f"playbooks/{playbook.removeprefix(OURS)}.yml" if playbook.startswith(OURS) else playbook
    assert playbook in files | {""} or (pages.COLLECTION / path).exists(), f"{page}: {playbook}"
    if playbook and playbook not in files:
        for name in re.findall(r"(?<=-e )(\w+)(?==)", " ".join(words)):
            assert re.search(rf"\b{name}\b", PLAYBOOKS), f"{page}: no playbook knows {name}"
