# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is compared. A further tool is a file in tools/ and a line here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Tool:
    """``version``: shell text that prints it; ``files``: what it is told to do, in the order in which a reader wants to see it."""

    name: str
    script: str
    version: str
    playbooks: str = ""

    @property
    def files(self) -> tuple[Path, ...]:
        below = sorted((HERE / "playbooks" / self.playbooks).rglob("*.yml"), reverse=True) if self.playbooks else ()
        return (HERE / "tools" / self.script, *below)


def installed(collection: str) -> str:
    """Shell text that prints the version of an installed collection."""
    return (
        f'ansible-galaxy collection list {collection} --format json | grep -o \'"version": "[^"]*\' | cut -d\'"\' -f4'
    )


TOOLS = (
    Tool("steady.rollout", "steady_rollout.sh", installed("steady.rollout"), "steady_rollout"),
    Tool("kubectl", "kubectl.sh", "kubectl version --client --output=json | grep -o 'v[0-9.]*[0-9]' | head -n 1"),
    Tool("kubernetes.core", "kubernetes_core.sh", installed("kubernetes.core"), "kubernetes_core"),
    Tool("Helm", "helm.sh", "helm version --template='{{.Version}}'"),
)
