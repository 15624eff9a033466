# SPDX-License-Identifier: GPL-3.0-or-later
"""The story's report: what its playbooks' modules returned and what users got meanwhile, made by the rollout_report module."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing as t
from pathlib import Path

from .settings import PROJECT, DemoError

MODULE = "ansible_collections.steady.rollout.plugins.modules.rollout_report"
PATIENCE = 60.0

Json = dict[str, t.Any]


class Results:
    """Gathers in a file of its own, which begins empty."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._file = folder / "results.jsonl"
        self._file.write_text("")

    def environment(self) -> dict[str, str]:
        """What makes ansible-playbook keep results there."""
        return {
            "ANSIBLE_CALLBACK_PLUGINS": str(PROJECT / "lab" / "demo_story" / "callbacks"),
            "ANSIBLE_CALLBACKS_ENABLED": "keep_results",
            "DEMO_RESULTS": str(self._file),
        }

    def report(self, title: str, traffic: Json) -> str:
        """Write the report and say where its page is. Raises DemoError."""
        results = [json.loads(line) for line in self._file.read_text(encoding="utf-8").splitlines()]
        options = {"results": [*results, traffic], "path": str(self._folder / "report"), "title": title}
        path = os.pathsep.join((str(PROJECT / ".collections"), os.environ.get("PYTHONPATH", "")))
        ended = subprocess.run(
            [sys.executable, "-m", MODULE],
            input=json.dumps({"ANSIBLE_MODULE_ARGS": options}),
            env={**os.environ, "PYTHONPATH": path},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        try:
            told: Json = json.loads(ended.stdout)
            return str(told["paths"]["html"])
        except (ValueError, KeyError):
            raise DemoError(f"The report was not written: {(ended.stdout + ended.stderr).strip()[-500:]}") from None
