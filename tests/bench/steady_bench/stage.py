# SPDX-License-Identifier: GPL-3.0-or-later
"""Where rows are played: a namespace and a folder of their own each; nothing of them is left."""

from __future__ import annotations

import contextlib
import json
import secrets
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from comparison.judgement import Played
from comparison.play import LABEL, Place
from comparison.tools import HERE as COMPARISON
from steady_lab import settings

from .measured import Measured, measured_of
from .row import NotPlayed

__all__ = ["LABEL", "Place", "Stage", "stage"]

HERE = Path(__file__).resolve().parent.parent
PREPARING = 240
"""Seconds that what is given may take."""
PLAYING = 300
"""Seconds that one measurement may take."""


@dataclass(frozen=True)
class Stage:
    """A namespace; ``kubeconfig`` points at it."""

    place: Place
    namespace: str
    folder: Path
    log: Path

    @property
    def kubeconfig(self) -> Path:
        return self.folder / "kubeconfig"

    def environment(self, kubeconfig: Path | None = None) -> dict[str, str]:
        way = str(kubeconfig or self.kubeconfig)
        return self.place.environment(
            KUBECONFIG=way,
            K8S_AUTH_KUBECONFIG=way,
            NAMESPACE=self.namespace,
            KIND="Deployment",
            IMAGE="registry.lab:5000/app",
            PATIENCE=f"{PREPARING}s",
            PROJECT=str(settings.PROJECT),
            BENCH=str(HERE),
            CHART=str(COMPARISON / "chart"),
            FOLDER=str(self.folder),
            ANSIBLE_CONFIG=str(settings.PROJECT / "ansible.cfg"),
            PYTHONUNBUFFERED="1",
            ANSIBLE_CALLBACK_PLUGINS=str(HERE / "callbacks"),
            ANSIBLE_CALLBACKS_ENABLED="task_times",
            BENCH_TASKS=str(self.folder / "tasks"),
            BENCH_USED=str(self.folder / "used"),
        )

    def run(self, text: str, limit: float = PREPARING) -> Played:
        """Shell text in the words of words.sh; what it printed is added to the row's log. Raises Stopped."""
        played = self.place.shell.run(self._words(text), self.environment(), settings.PROJECT, limit)
        self._note(text, played)
        return played

    def prepare(self, text: str) -> None:
        """The same where nothing can be measured unless it ends well. Raises NotPlayed, Stopped."""
        played = self.run(text)
        if played.code != 0:
            said = " ".join(played.output.strip().splitlines()[-3:])
            raise NotPlayed(f"{text} did not come about ({self.log}): {said}")

    def measure(self, text: str, kubeconfig: Path | None = None, limit: float = PLAYING) -> Measured:
        """How long a program takes, what of the processors, and when it said what. Raises NotPlayed, Stopped."""
        wrapped = f"'{sys.executable}' '{HERE}/steady_bench/measured.py' sh -c {quoted(self._words(text))}"
        played = self.place.shell.run(wrapped, self.environment(kubeconfig), settings.PROJECT, limit)
        self._note(text, played)
        if played.code is None:
            raise NotPlayed(f"{text} did not end within {limit:.0f} s ({self.log})")
        return measured_of(played.output)

    def succeed(self, text: str, kubeconfig: Path | None = None, limit: float = PLAYING) -> Measured:
        """The same of a program that should end well. Raises NotPlayed, Stopped."""
        measured = self.measure(text, kubeconfig, limit)
        if measured.code != 0:
            raise NotPlayed(f"{text} ended with exit code {measured.code} ({self.log})")
        return measured

    def _words(self, text: str) -> str:
        return f"cd '{self.folder}' && . '{HERE}/words.sh' && {{ {text}; }}"

    def _note(self, text: str, played: Played) -> None:
        with self.log.open("a") as file:
            print(f"$ {text}\n{played.output}\n--- exit code {played.code}, {played.seconds:.1f} s", file=file)


def quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


@contextlib.contextmanager
def stage(place: Place, row: str) -> Iterator[Stage]:
    """A new namespace. Raises NotPlayed, Stopped."""
    namespace = f"bench-{secrets.token_hex(3)}"
    folder = place.folder / namespace
    folder.mkdir()
    new = Stage(place, namespace, folder, place.logs / f"{row.replace(' ', '-')}.log")
    new.kubeconfig.touch(0o600)
    new.kubeconfig.write_bytes(place.kubeconfig.read_bytes())
    try:
        new.prepare(
            'kubectl config set-context --current --namespace="$NAMESPACE" && '
            f'kubectl create namespace "$NAMESPACE" && kubectl label namespace "$NAMESPACE" {LABEL}={place.run}'
        )
        yield new
    finally:
        place.shell.finish(f"kubectl delete namespace {namespace} --wait=false", place.environment(), settings.PROJECT)


def values(folder: Path, name: str, **content: object) -> Path:
    """A file of values for the comparison's chart."""
    file = folder / f"{name}.values"
    file.write_text(json.dumps(content))
    return file
