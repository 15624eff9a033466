# SPDX-License-Identifier: GPL-3.0-or-later
"""Every scenario, each a file that says given, when, then; on the cluster that KUBECONFIG names."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects, resources
from ansible_collections.steady.rollout.tests.integration.playbooks import Playbooks

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._cluster.cluster import ApiCluster

HERE = pathlib.Path(__file__).parent
SCENARIOS = sorted(path.stem for path in (HERE / "scenarios").glob("*.yml"))
LOGS = HERE.parent / "output" / "scenarios"
BEHIND_A_ROUTE = ("canary", "blue_green", "traffic")
LONGEST = 600
"""Seconds that no scenario takes; one that does would hold up the others."""


@pytest.fixture(scope="session")
def playbooks() -> t.Iterator[Playbooks]:
    """What plays them; what it still plays at the end is ended."""
    process = Playbooks()
    yield process
    process.close()


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_scenario(
    scenario: str,
    cluster: ApiCluster,
    namespace: str,
    request: pytest.FixtureRequest,
    playbooks: Playbooks,
    tmp_path: pathlib.Path,
    record_property: t.Callable[[str, float], None],
) -> None:
    """Play it with ansible-playbook; background jobs are kept in a folder of its own."""
    if scenario.startswith(BEHIND_A_ROUTE):
        request.getfixturevalue("load_balancer")
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"{scenario}.log"
    values = f"scenario={scenario} here={namespace} ansible_async_dir={tmp_path}"
    ended = playbooks.play(["-v", str(HERE / "scenario.yml"), "-e", values], HERE.parents[1], log, LONGEST)
    record_property("cpu", ended.seconds)
    if ended.code:
        left = "\n".join(remains(cluster, namespace))
        hung = f"It was ended after {LONGEST} s.\n" if not ended.in_time else ""
        pytest.fail(
            f"{hung}{failure(log.read_text())}\nLeft in {namespace}:\n{left}\nAll that was said: {log}", pytrace=False
        )


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
