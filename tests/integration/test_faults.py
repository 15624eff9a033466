# SPDX-License-Identifier: GPL-3.0-or-later
"""Ten stories through every fault of the fault server, each in a namespace of the cluster that KUBECONFIG names.

All that are selected are played at once, as many as the machine takes; each test waits for its own.
"""

from __future__ import annotations

import base64
import threading
import typing as t
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from ansible_collections.steady.rollout.tests.integration.faults.faults import FAULTS, none
from ansible_collections.steady.rollout.tests.integration.faults.observer import Observer
from ansible_collections.steady.rollout.tests.integration.faults.proxy import Loop
from ansible_collections.steady.rollout.tests.integration.faults.run import Report, Stage
from ansible_collections.steady.rollout.tests.integration.faults.stories import STORIES, Story
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._cluster.certificates import Authority

AT_ONCE = 8


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The cluster, and a fault server before it."""
    authority = Authority(tmp_path_factory.mktemp("ca"))
    observer = Observer()
    loop = Loop(observer.server(), authority.serving(authority.issue("fault.example"), asks_clients=False))
    yield Stage(observer, loop, base64.b64encode(Path(authority.own.certificate).read_bytes()).decode())
    loop.close()


@pytest.fixture(scope="session")
def played(stage: Stage, request: pytest.FixtureRequest) -> Iterator[dict[tuple[str, str], Future[Report]]]:
    """The runs of all selected tests, already under way."""
    asked = [item.callspec.params for item in request.session.items if hasattr(item, "callspec")]
    wanted = sorted((each for each in asked if "fault" in each), key=lambda each: FAULTS.index(each["fault"]))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        runs = {
            (each["story"].name, each["fault"].__name__): pool.submit(stage.play, each["story"], each["fault"])
            for each in wanted
        }
        yield runs
        for run in runs.values():
            run.cancel()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__.replace("_", " "))
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_the_verdict_is_the_same(story: Story, fault: t.Any, played: dict[tuple[str, str], Future[Report]]) -> None:
    report = played[(story.name, fault.__name__)].result()
    assert report.ending == story.then, report
    assert report.outcome.failed == (story.then.status == "failed")
    assert report.strikes or fault is none, f"the fault was never played\n{report}"
    assert (report.watches_left, report.leases) == (0, 0), report


def test_no_thread_is_left() -> None:
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("watch ")] == []
