# SPDX-License-Identifier: GPL-3.0-or-later
"""Every scenario, each a file that says given, when, then; on the cluster that KUBECONFIG names."""

from __future__ import annotations

import os
import pathlib
import secrets
import subprocess

import pytest

HERE = pathlib.Path(__file__).parent
SCENARIOS = sorted(path.stem for path in (HERE / "scenarios").glob("*.yml"))


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_scenario(scenario: str, tmp_path: pathlib.Path) -> None:
    """Play it with ansible-playbook; what it printed is shown when it fails."""
    namespace = f"scenario-{scenario.replace('_', '-')[:40]}-{secrets.token_hex(2)}"
    command = [
        "ansible-playbook",
        "-v",
        str(HERE / "scenario.yml"),
        "-e",
        f"scenario={scenario} here={namespace} ansible_async_dir={tmp_path}",
    ]
    played = subprocess.run(
        command,
        cwd=HERE.parents[1],
        env=os.environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert played.returncode == 0, f"{played.stdout}\n{played.stderr}"
