# SPDX-License-Identifier: GPL-3.0-or-later
"""The first scenario is the story itself; it brings up the lab and leaves a cluster for the others."""

from __future__ import annotations

import os
import pathlib
import subprocess

CHECKOUT = pathlib.Path(__file__).parents[2]


def test_the_story_holds_from_bare_hosts_to_undo() -> None:
    on_the_lab = {name: value for name, value in os.environ.items() if name != "KUBECONFIG"}
    assert subprocess.run([CHECKOUT / "lab" / "demo"], cwd=CHECKOUT, env=on_the_lab, check=False).returncode == 0
