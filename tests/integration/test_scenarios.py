# SPDX-License-Identifier: GPL-3.0-or-later
"""Every scenario, each a file that says given, when, then; on the cluster that KUBECONFIG names."""

from __future__ import annotations

import ctypes
import os
import pathlib
import signal
import subprocess
import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects, resources

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._cluster.cluster import ApiCluster

HERE = pathlib.Path(__file__).parent
SCENARIOS = sorted(path.stem for path in (HERE / "scenarios").glob("*.yml"))
LOGS = HERE.parent / "output" / "scenarios"
PR_SET_PDEATHSIG = 1
LONGEST = 600
"""Seconds that no scenario takes; one that does would hold up the others."""


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_scenario(scenario: str, cluster: ApiCluster, namespace: str, tmp_path: pathlib.Path) -> None:
    """Play it with ansible-playbook."""
    code, said = play(scenario, namespace, tmp_path)
    log = LOGS / f"{scenario}.log"
    log.write_text(said)
    if code:
        left = "\n".join(remains(cluster, namespace))
        pytest.fail(f"{failure(said)}\nLeft in {namespace}:\n{left}\nAll that was said: {log}", pytrace=False)


def play(scenario: str, namespace: str, jobs: pathlib.Path) -> tuple[int, str]:
    """Exit code and output; background jobs are kept in the folder ``jobs``."""
    LOGS.mkdir(parents=True, exist_ok=True)
    values = f"scenario={scenario} here={namespace} ansible_async_dir={jobs}"
    process = subprocess.Popen(
        ["ansible-playbook", "-v", str(HERE / "scenario.yml"), "-e", values],
        cwd=HERE.parents[1],
        env=os.environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=die_with_the_test,
    )
    try:
        said, _nothing = process.communicate(timeout=LONGEST)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGTERM)
        return 1, f"{process.communicate()[0]}\nTASK [It was ended after {LONGEST} s]\nfatal: it hung"
    except BaseException:
        os.killpg(process.pid, signal.SIGTERM)
        raise
    return process.returncode, said


def die_with_the_test() -> None:
    """In the child: be sent SIGTERM when the test's process ends, even when nobody could tell it to end in order."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def failure(said: str) -> str:
    """The last task that failed and was not meant to."""
    tasks = said.partition("\nPLAY RECAP ")[0].split("\nTASK ")
    failed = [task for task in tasks if ("fatal: " in task or "[ERROR]" in task) and "...ignoring" not in task]
    return f"TASK {failed[-1]}" if failed else said[-2000:]


def remains(cluster: ApiCluster, namespace: str) -> t.Iterator[str]:
    """The pods and the warnings that were there when it failed, a line each."""
    for pod in cluster.list(resources.Scope(resources.POD, namespace)):
        ready = objects.condition(pod, "Ready")
        images = ", ".join(container["image"] for container in objects.spec(pod)["containers"])
        phase = objects.status(pod).get("phase")
        yield f"  pod {objects.name(pod)} ({images}): {phase}, ready {ready.get('status')} {ready.get('message', '')}"
    for event in cluster.list(resources.Scope(resources.EVENT, namespace, fields="type=Warning")):
        yield f"  {event['involvedObject']['name']}: {event.get('reason')} {event.get('message')}"
