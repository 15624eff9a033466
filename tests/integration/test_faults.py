# SPDX-License-Identifier: GPL-3.0-or-later
"""Ten stories through the faults of the fault server, each in a namespace of the cluster that KUBECONFIG names.

All that are selected are played at once, as many as the machine takes; each test waits for its own. With FULL=yes in the environment
every story meets every fault; otherwise each meets a third of them, and each fault a third of the stories, one over shared streams.
"""

from __future__ import annotations

import base64
import math
import os
import re
import threading
import typing as t
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Settings
from ansible_collections.steady.rollout.tests.integration.faults.faults import (
    FAULTS,
    OUTAGE,
    gone_for,
    none,
)
from ansible_collections.steady.rollout.tests.integration.faults.observer import Observer
from ansible_collections.steady.rollout.tests.integration.faults.proxy import Loop
from ansible_collections.steady.rollout.tests.integration.faults.run import Report, Stage
from ansible_collections.steady.rollout.tests.integration.faults.stories import GOOD_UPGRADE, STORIES, Story, to
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._cluster.certificates import Authority

AT_ONCE = 16
PARTS = 1 if os.environ.get("FULL") == "yes" else 3
GROUPS = ([story for story in STORIES if story.shared], [story for story in STORIES if not story.shared])
PAIRS = [
    pytest.param(story, fault, id=f"{story.name}-{fault.__name__.replace('_', ' ')}")
    for stories in GROUPS
    for row, story in enumerate(stories)
    for column, fault in enumerate(FAULTS)
    if fault is none or (row + column) % PARTS == 0
]


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
    ended = [run.result() for run in runs.values() if not run.cancelled() and not run.exception()]
    stories, faults = ({str(each[what]) for each in wanted} for what in ("story", "fault"))
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print(
            f"\n{len(stories)} stories through {len(faults)} faults: {len(ended)} runs,"
            f" in which faults were played {sum(run.strikes for run in ended)} times"
        )


@pytest.mark.parametrize(("story", "fault"), PAIRS)
def test_the_verdict_is_the_same(story: Story, fault: t.Any, played: dict[tuple[str, str], Future[Report]]) -> None:
    report = played[(story.name, fault.__name__)].result()
    assert report.ending == story.then, report
    assert report.outcome.failed == (story.then.status == "failed")
    assert report.strikes or fault is none, f"the fault was never played\n{report}"
    assert report.repeated == ()
    assert (report.watches_left, report.leases) == (0, 0), report


def test_a_server_that_is_gone_for_half_a_minute_is_waited_for(stage: Stage) -> None:
    report = stage.play(GOOD_UPGRADE, gone_for(OUTAGE))
    assert report.ending == GOOD_UPGRADE.then, report
    assert report.seconds > OUTAGE
    assert "connection refused; going on as soon as it answers" in str(report)
    assert (report.strikes, report.watches_left, report.leases) == (1, 0, 0), report


def test_a_server_that_stays_away_until_the_deadline_is_what_the_failure_names(stage: Stage) -> None:
    """Nothing is said of the rollout that nobody could see: it may well have been good."""
    hasty = replace(GOOD_UPGRADE, when=to("2.0", Settings(timeout=8.0)))
    report = stage.play(hasty, gone_for(math.inf), patience=8.0)
    assert report.outcome.failed
    assert (report.ending.status, report.ending.code, report.ending.image) == ("failed", "", "2.0")
    assert re.search(
        r"not complete after 8.0 s: API server 127.0.0.1:\d+ gave no usable answer", report.outcome.message
    )
    assert "connection refused" in report.outcome.message
    assert "Nothing was undone: what nobody can see may be complete by now." in report.outcome.message
    assert (report.strikes, report.watches_left) == (1, 0), report


def test_no_thread_is_left() -> None:
    """One that is just asking ends with its attempt."""
    ours = [thread for thread in threading.enumerate() if thread.name.startswith(("watch ", "renew "))]
    for thread in ours:
        thread.join(10)
    assert [thread.name for thread in ours if thread.is_alive()] == []
