# SPDX-License-Identifier: GPL-3.0-or-later
"""What the guides tell a newcomer to type does what they say, typed as it stands there but for names that only this cluster has."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
import typing as t

import pytest
import yaml

from ansible_collections.steady.rollout.plugins.module_utils._rollout import resources
from ansible_collections.steady.rollout.tests.integration.playbooks import Playbooks
from ansible_collections.steady.rollout.tests.unit import pages

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._cluster.cluster import ApiCluster

IMAGE = os.environ.get("SCENARIO_IMAGE", "registry.lab:5000/app")
HERE = {
    "docker.io/nginxinc/nginx-unprivileged": IMAGE,
    "registry.example/shop/app": IMAGE,
    "1.26": "1.0",
    "1.27": "2.0",
}
LONGEST = 120


class Reader:
    """Somebody who saves and types what a page says, in a folder and a namespace of their own."""

    def __init__(self, folder: pathlib.Path, namespace: str) -> None:
        self.folder, self.namespace = folder, namespace
        self._playbooks = Playbooks()

    def close(self) -> None:
        self._playbooks.close()

    def here(self, text: str) -> str:
        """The text with this cluster's names."""
        for theirs, ours in HERE.items():
            text = text.replace(theirs, ours)
        return re.sub(r"(namespace\"?: \"?|-n |serviceaccount )shop\b", rf"\g<1>{self.namespace}", text)

    def save(self, page: str) -> None:
        """Save every block that names a file."""
        for block in pages.blocks(page):
            if block.file:
                (self.folder / pathlib.Path(block.file).name).write_text(self.here(block.text))

    def save_tasks(self, page: str, name: str, file: str) -> None:
        """Save the one task of that name, or block with it, as a play."""
        lists = [yaml.safe_load(self.here(block.text)) for block in pages.blocks(page) if block.language == "yaml"]
        tasks = [task for tasks in lists if isinstance(tasks, list) for task in tasks if task.get("name") == name]
        (task,) = tasks
        play = {"hosts": "localhost", "gather_facts": False, "tasks": [task]}
        (self.folder / file).write_text(yaml.safe_dump([play]))

    def type(self, commands: str) -> str:
        """Type commands into a shell, in the checkout, and give what they said. They have to end well."""
        words = ["sh", "-ec", self.here(commands)]
        done = subprocess.run(words, cwd=pages.COLLECTION, capture_output=True, text=True, timeout=LONGEST, check=False)
        assert done.returncode == 0, f"{commands}\n{done.stdout}{done.stderr}"
        return done.stdout

    def play(self, command: str, code: int = 0) -> str:
        """Type a command of ansible-playbook and give what it said. It has to end with that exit code."""
        log = self.folder / "log"
        ended = self._playbooks.play(self.here(command).split()[1:], self.folder, log, LONGEST)
        assert ended.code == code, f"{command}\n{log.read_text()}"
        return log.read_text()


@pytest.fixture
def reader(tmp_path: pathlib.Path, namespace: str) -> t.Iterator[Reader]:
    person = Reader(tmp_path, namespace)
    yield person
    person.close()


def image(cluster: ApiCluster, namespace: str) -> str:
    (deployment,) = cluster.list(resources.Scope(resources.DEPLOYMENT, namespace))
    return str(deployment["spec"]["template"]["spec"]["containers"][0]["image"])


def test_the_first_ten_minutes(reader: Reader, cluster: ApiCluster) -> None:
    """Every command of the page in its order; one that has to fail says so in its line."""
    reader.save("docs/start.md")
    typed = re.findall(r"^\$ (ansible-playbook .*)$", pages.text("docs/start.md"), re.M)
    said = [reader.play(command.partition("#")[0], 2 if "# exit code 2" in command else 0) for command in typed]
    deployed, upgraded, broken, undone, again, looked = said
    assert "changed=1" in deployed
    assert "upgraded from 1.0 to 2.0" in upgraded
    assert "image not found" in broken and re.search(r"Rolled back to revision \d+ \(\S+:2.0\)", broken), broken
    assert "changed=1" in undone and "changed=0" in again
    assert "outcome: bad" in looked, looked
    assert image(cluster, reader.namespace) == f"{IMAGE}:1.0"


def test_whoever_comes_from_another_tool(reader: Reader, cluster: ApiCluster) -> None:
    """What kubectl did, what takes the place of it and of kubernetes.core, then an upgrade and an undo as their guides write them."""
    reader.save("docs/start.md")
    reader.save("docs/migrate.md")
    (play,) = yaml.safe_load((reader.folder / "deploy.yml").read_text())
    definition = play["tasks"][0]["steady.rollout.workload_deploy"]["definition"]
    (reader.folder / "app.yml").write_text(yaml.safe_dump(definition))
    reader.save_tasks(
        "docs/upgrade.md", "Upgrade, and let the play go on with the old version where it fails", "go.yml"
    )
    reader.save_tasks("docs/rollback.md", "Undo", "undo.yml")

    reader.play("ansible-playbook deploy.yml")
    (before,) = (block.text for block in pages.blocks("docs/migrate.md") if block.language == "sh")
    reader.type(before)
    assert image(cluster, reader.namespace) == f"{IMAGE}:2.0"
    for file, version in (
        ("from-kubernetes-core.yml", "1.0"),
        ("from-kubectl.yml", "2.0"),
        ("wait.yml", "2.0"),
        ("undo.yml", "1.0"),
        ("go.yml", "2.0"),
    ):
        said = reader.play(f"ansible-playbook {file}")
        assert image(cluster, reader.namespace) == f"{IMAGE}:{version}", said


def test_whoever_gives_rights_by_hand_and_looks(reader: Reader) -> None:
    """The Roles are only tried, as some of them are the whole cluster's; what they are good for has tests of its own."""
    given = [
        command.replace(" apply ", " apply --dry-run=server ") for command in pages.commands("docs/permissions.md")
    ]
    token = reader.type("\n".join(given)).splitlines()[-1]
    assert token.count(".") == 2, "no token"
    (look,) = (command for command in pages.commands("docs/status.md") if command.startswith("ansible "))
    assert '"workloads": []' in reader.type(look)
