# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in the execution environment, as ansible-builder sees it. Building the image needs a container engine and is not tried here."""

from __future__ import annotations

import pathlib
import shutil
import subprocess
import sys

import yaml

CHECKOUT = pathlib.Path(__file__).parents[2]


def said(*command: str, at: pathlib.Path) -> str:
    done = subprocess.run(command, cwd=at, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_its_build_context_holds_the_collection_that_is_built_here(tmp_path: pathlib.Path) -> None:
    shutil.copy(CHECKOUT / "execution-environment.yml", tmp_path)
    own = yaml.safe_load((CHECKOUT / "galaxy.yml").read_text())
    built = tmp_path / f"{own['namespace']}-{own['name']}-{own['version']}.tar.gz"
    built.touch()
    assert "outdated" not in said("ansible-builder", "create", "-v3", at=tmp_path)
    context = tmp_path / "context" / "_build"
    (collection,) = yaml.safe_load((context / "requirements.yml").read_text())["collections"]
    assert (context / collection["name"]).name == built.name
    assert (context / collection["name"]).exists()


def test_the_collections_python_packages_are_found_in_it_and_resolve(tmp_path: pathlib.Path) -> None:
    installed = tmp_path / "ansible_collections" / "steady" / "rollout"
    (installed / "meta").mkdir(parents=True)
    for name in ("galaxy.yml", "requirements.txt", "meta/execution-environment.yml", "meta/runtime.yml"):
        shutil.copy(CHECKOUT / name, installed / name)
    found = tmp_path / "requirements.txt"
    said("ansible-builder", "introspect", str(tmp_path), "--write-pip", str(found), at=tmp_path)
    wanted = found.read_text()
    assert "kubernetes>=29" in wanted and "jmespath" in wanted
    resolved = said(
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--dry-run",
        "--ignore-installed",
        "--report",
        "-",
        "-r",
        str(found),
        at=tmp_path,
    )
    assert '"name": "kubernetes"' in resolved and '"name": "python-dateutil"' in resolved
