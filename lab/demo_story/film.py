# SPDX-License-Identifier: GPL-3.0-or-later
"""Films for docs/progress.md: what a terminal shows of real rollouts on the lab, as text, with the second in which each line came.

Those in PICTURED are drawn from the page as well.
"""

from __future__ import annotations

import dataclasses
import os
import queue
import re
import shlex
import time
import typing as t
from pathlib import Path

from . import picture, processes
from .settings import PROJECT, DemoError

PAGE = PROJECT / "docs" / "progress.md"
NAMESPACE = "film"
PLACE = ("-e", f"workload_namespace={NAMESPACE}")
SECOND = ("-e", "workload_name=catalogue")
PLAYBOOK = "ansible-playbook"


@dataclasses.dataclass(frozen=True)
class Scene:
    """One film: its name in the page, the words that a user types, what has to be known beside them, and whether it is to fail.

    ``results``: results are printed, and left out.
    """

    name: str
    words: tuple[str, ...]
    more: tuple[str, ...] = PLACE
    fails: bool = False
    results: bool = False


GIVEN = (
    ("playbooks/deploy.yml", "-e", "version=1.0", *PLACE),
    ("playbooks/scale.yml", "-e", "replicas=3", *PLACE),
    ("playbooks/deploy.yml", "-e", "version=1.0", *PLACE, *SECOND),
)
SCENES = (
    Scene("upgrade", ("playbooks/upgrade.yml", "-e", "version=2.0")),
    Scene("failure", ("playbooks/upgrade.yml", "-e", "version=9.9"), fails=True),
    Scene("details", ("playbooks/rollback.yml", "-v"), results=True),
    Scene("several", ("lab/demo_story/several.yml", "-e", "version=2.0"), ()),
)
PICTURED = {
    "upgrade": "An upgrade from 1.0 to 2.0 in a terminal",
    "failure": "An upgrade to a version that does not exist, which goes back by itself, in a terminal",
}
KUBECONFIG = "{{ workload_kubeconfig }}"
AFTERWARDS = f"kind=Namespace name={NAMESPACE} state=absent kubeconfig={KUBECONFIG}"


def record() -> None:
    """Play every scene on the lab and put its film into the page. Raises DemoError."""
    try:
        for given in GIVEN:
            _played([PLAYBOOK, *given])
        text = PAGE.read_text(encoding="utf-8")
        for scene in SCENES:
            lines, code = _played([PLAYBOOK, *scene.words, *scene.more], fails=scene.fails)
            if bool(code) is not scene.fails:
                raise DemoError(f"The film {scene.name} ended with exit code {code}.")
            text = put(text, scene.name, told(shlex.join([PLAYBOOK, *scene.words]), lines, results=scene.results))
        PAGE.write_text(text, encoding="utf-8")
        for path, drawing in pictures(text).items():
            path.write_text(drawing, encoding="utf-8")
    finally:
        _played(["ansible", "localhost", "-m", "kubernetes.core.k8s", "-a", AFTERWARDS])


def told(command: str, lines: t.Sequence[tuple[float, str]], *, results: bool = False) -> str:
    """The film: the command, then each line with its second, but for empty ones, this machine's paths and ``results``."""
    left_out = ("Using ", "    ") if results else ("Using ",)
    shown = [(seconds, text) for seconds, text in lines if text.strip() and not text.startswith(left_out)]
    return "\n".join((f"$ {command}", *(f"{seconds:6.1f} | {text.rstrip()}" for seconds, text in shown)))


def put(page: str, name: str, film: str) -> str:
    """The page with that film in its place. Raises DemoError where it has none."""
    place = re.compile(rf"(<!-- film: {re.escape(name)} -->\n```text\n).*?(```\n)", re.DOTALL)
    if not place.search(page):
        raise DemoError(f"{PAGE.name} has no place for the film {name}.")
    return place.sub(lambda found: f"{found[1]}{film}\n{found[2]}", page, count=1)


def pictures(page: str) -> dict[Path, str]:
    """The moving pictures of a page's films, by their files."""
    films = dict(re.findall(r"<!-- film: (\w+) -->\n```text\n(.*?)\n```", page, re.DOTALL))
    return {PAGE.with_name(f"film-{name}.svg"): picture.drawn(films[name], title) for name, title in PICTURED.items()}


def _played(command: t.Sequence[str], *, fails: bool = False) -> tuple[list[tuple[float, str]], int]:
    """The lines of a command, each with its second, and its exit code. Raises DemoError when it fails and is not meant to."""
    inbox: processes.Inbox = queue.SimpleQueue()
    began, lines = time.monotonic(), []
    environment = {**os.environ, "ANSIBLE_NOCOLOR": "1", "ANSIBLE_FORCE_COLOR": "0", "PYTHONUNBUFFERED": "1"}
    with processes.started(command, environment, inbox):
        while not isinstance(happened := inbox.get(), processes.Ended):
            if isinstance(happened, processes.Line):
                lines.append((time.monotonic() - began, happened.text))
    if happened.code and not fails:
        said = "\n".join(text for _seconds, text in lines[-20:])
        raise DemoError(f"{shlex.join(command)} failed with exit code {happened.code}:\n{said}")
    return lines, happened.code
