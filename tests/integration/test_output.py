# SPDX-License-Identifier: GPL-3.0-or-later
"""What people read after a task at normal verbosity: a few lines, whether it went well or not, and everything where they ask for it."""

from __future__ import annotations

import os
import pathlib
import sys

import pytest

from ansible_collections.steady.rollout.tests.integration import playbooks

WALL = ("timeline:", "findings:", "rolled_back:", '"timeline"')


def shown(playbook: pathlib.Path, namespace: str, *words: str, callback: str, **variables: str) -> str:
    """Everything that ansible-playbook prints for it."""
    image = os.environ.get("SCENARIO_IMAGE", "registry.lab:5000/app")
    given = {"workload_namespace": namespace, "workload_name": "app", "workload_image": image, **variables}
    given |= {"workload_kubeconfig": os.environ["KUBECONFIG"], "ansible_python_interpreter": sys.executable}
    set_to = [word for name, value in given.items() for word in ("-e", f"{name}={value}")]
    environment = {"ANSIBLE_STDOUT_CALLBACK": callback, "ANSIBLE_NOCOLOR": "1"}
    return playbooks.by_itself("-i", "localhost,", str(playbook), *words, *set_to, **environment).stdout


@pytest.fixture
def bare(tmp_path: pathlib.Path) -> pathlib.Path:
    """A playbook that asks nothing of its task."""
    path = tmp_path / "bare.yml"
    path.write_text(
        """
- hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - steady.rollout.workload_upgrade: {namespace: "{{ workload_namespace }}", name: app, version: "{{ item }}"}
      loop: "{{ versions.split(',') }}"
"""
    )
    return path


def test_at_normal_verbosity_there_are_a_few_lines_and_with_v_everything(namespace: str, bare: pathlib.Path) -> None:
    upgrade = playbooks.CHECKOUT / "playbooks" / "upgrade.yml"
    said = shown(
        playbooks.CHECKOUT / "playbooks" / "deploy.yml",
        namespace,
        callback="default",
        version="1.0",
        workload_timout="1m",
    )
    assert "failed=0" in said and "No playbook of steady.rollout reads workload_timout." in said, said
    assert not [word for word in WALL if word in said], said

    said = shown(bare, namespace, callback="default", versions="2.0,9.9")
    assert f"  Deployment {namespace}/app upgraded from 1.0 to 2.0 in " in said
    assert "failed=1" in said and "Next: Push the image" in said, said
    assert not [word for word in WALL if word in said], said

    said = shown(upgrade, namespace, callback="steady.rollout.brief", version="9.8")
    assert "failed=1" in said, said
    assert said.count("Next: Push the image") == 1
    assert not [word for word in (*WALL, "[ERROR]") if word in said], said

    said = shown(upgrade, namespace, "-v", callback="steady.rollout.brief", version="9.8")
    assert "timeline" in said
    assert "new, ErrImagePull (container app)" in said or "new, ImagePullBackOff (container app)" in said, said
