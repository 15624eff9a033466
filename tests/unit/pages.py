# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples that users read: every fenced block of the pages, and what the modules' EXAMPLES say."""

from __future__ import annotations

import importlib
import pathlib
import re
import textwrap
import typing as t

COLLECTION = pathlib.Path(__file__).parents[2]
MEASURED = ("docs/bench.md", "docs/bench-traffic.md", "docs/compare.md")
"""Pages whose blocks are the very files that a program has played; those files have tests of their own."""
MODULES = sorted(path.stem for path in (COLLECTION / "plugins" / "modules").glob("*.py"))
BLOCK = re.compile(r"^(?P<indent> *)```(?P<language>\w*)\n(?P<text>.*?)^(?P=indent)```$", re.S | re.M)
COMMANDS = (
    "ansible",
    "ansible-galaxy",
    "ansible-playbook",
    "export",
    "ip",
    "kubectl",
    "make",
    "pip",
    "pytest",
    "python3",
)
OWN_FILES = ("lab/", "tests/")


class Block(t.NamedTuple):
    """One example; ``where`` is its page, or module, and its line there."""

    where: str
    language: str
    text: str

    @property
    def page(self) -> str:
        """Where it stands, without the line."""
        return self.where.partition(":")[0]

    @property
    def file(self) -> str:
        """What the reader saves it as: the file that a comment in its first line names, or nothing."""
        named = re.match(r"# (\S+\.yml)\n", self.text)
        return named[1] if named else ""


def pages() -> list[str]:
    """Every page that users read, by its path in the collection."""
    patterns = ("*.md", "docs/*.md", "roles/*/README.md", "extensions/*/README.md", "lab/*.md", "lab/service/*.md")
    return sorted(str(path.relative_to(COLLECTION)) for pattern in patterns for path in COLLECTION.glob(pattern))


def text(page: str) -> str:
    return (COLLECTION / page).read_text()


def blocks(page: str) -> list[Block]:
    """A page's fenced blocks, in its order."""
    said = text(page)
    return [
        Block(f"{page}:{said.count(chr(10), 0, found.start()) + 1}", found["language"], textwrap.dedent(found["text"]))
        for found in BLOCK.finditer(said)
    ]


def of_module(name: str) -> Block:
    module = importlib.import_module(f"ansible_collections.steady.rollout.plugins.modules.{name}")
    return Block(f"plugins/modules/{name}.py:EXAMPLES", "yaml", module.EXAMPLES)


def yaml_examples() -> list[Block]:
    """What is YAML, of pages and modules."""
    listed = [block for page in pages() if page not in MEASURED for block in blocks(page) if block.language == "yaml"]
    return [*listed, *(of_module(name) for name in MODULES)]


def commands(page: str) -> list[str]:
    """The commands that a page tells to type, without their comments; lines that a backslash continues are one."""
    said = []
    for block in blocks(page):
        if block.language in ("", "console", "sh"):
            lines = block.text.replace("\\\n", " ").splitlines()
            typed = [re.sub(r"(^|\s+)# .*", "", line.removeprefix("$ ")) for line in lines]
            said += [part for line in typed for part in re.split(r" (?:&&|\|\|) |; ", line) if is_command(part)]
    return said


def is_command(line: str) -> bool:
    first = line.split(" ")[0]
    return first in COMMANDS or first.startswith(OWN_FILES)
