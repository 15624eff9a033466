# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWX shows of a rollout, by the program that runs its jobs: each progress line is an event of its task, while the task runs."""

from __future__ import annotations

import json
import os
import pathlib
import sys
import typing as t

import ansible_runner

Json = dict[str, t.Any]
CHECKOUT = pathlib.Path(__file__).parents[2]


def run(folder: pathlib.Path, playbook: str, namespace: str, **more: t.Any) -> tuple[str, list[Json]]:
    """How the job ended, and the events in the order of their files."""
    image = os.environ.get("SCENARIO_IMAGE", "registry.lab:5000/app")
    named = {"workload_namespace": namespace, "workload_name": "app", "workload_image": image, "workload_timeout": "3m"}
    folder.mkdir()
    ended = ansible_runner.run(
        private_data_dir=str(folder),
        project_dir=str(CHECKOUT),
        playbook=f"playbooks/{playbook}.yml",
        inventory=f"localhost ansible_connection=local ansible_python_interpreter={sys.executable}",
        envvars={"KUBECONFIG": os.environ["KUBECONFIG"]},
        extravars={**named, "workload_kubeconfig": os.environ["KUBECONFIG"], **more},
        timeout=400,
        quiet=True,
    )
    files = pathlib.Path(ended.config.artifact_dir, "job_events").glob("*.json")
    return ended.status, sorted((json.loads(path.read_text()) for path in files), key=lambda event: event["counter"])


def the(events: list[Json], name: str, task: str) -> Json:
    """The one event of that kind about the task."""
    (found,) = (event for event in events if event["event"] == name and event["event_data"].get("task") == task)
    return found


def test_each_progress_line_is_an_event_of_its_task_while_the_task_runs(namespace: str, tmp_path: pathlib.Path) -> None:
    status, events = run(tmp_path / "deploy", "deploy", namespace, version="1.0")
    assert status == "successful", "".join(event["stdout"] for event in events)[-3000:]
    for version, ending in (("2.0", "runner_on_ok"), ("9.9", "runner_on_failed")):
        _status, events = run(tmp_path / version, "upgrade", namespace, version=version)
        task = f"Upgrade it to {version}"
        begun, ended = the(events, "playbook_on_task_start", task), the(events, ending, task)
        lines = [event for event in events if f"  {namespace}/app  " in event["stdout"] and event["event"] == "verbose"]
        assert len(lines) >= 2, "".join(event["stdout"] for event in events)[-3000:]
        for line in lines:
            assert line["parent_uuid"] == begun["uuid"]
            assert line["stdout"].count("\n") == 0
            assert begun["created"] <= line["created"] <= ended["created"]
            assert begun["counter"] < line["counter"] < ended["counter"]
        assert lines[0]["created"] < lines[-1]["created"] < ended["created"]
        assert ended["event_data"]["res"]["timeline"], "whoever opens the event in AWX finds the whole result"
