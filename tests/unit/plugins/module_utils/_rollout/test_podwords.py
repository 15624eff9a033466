# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import podwords
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds import deployment
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Snapshot
from ansible_collections.steady.rollout.tests.unit.films.play import played


def states(film: str) -> set[str]:
    """How pods were, in the film's course."""
    stage, _outcome = played(film)
    told = [line.split(": ", 1)[1] for line in stage.heard.details]
    return {re.sub(r" on \S+?(?=,|$)", " on a node", line) for line in told}


def test_an_upgrade_shows_pods_come_and_go() -> None:
    seen = states("upgrade")
    assert {"new, ready on a node", "old, terminating on a node", "gone"} <= seen


@pytest.mark.parametrize(
    ("film", "state"),
    [
        ("image_not_found", "new, ErrImagePull (container app) on a node"),
        ("unschedulable", "new, pending, no node yet"),
        ("never_ready", "new, not ready on a node"),
        ("crash_loop", "new, CrashLoopBackOff (container app) on a node, 1 restart"),
    ],
)
def test_each_state_has_the_word_that_people_know(film: str, state: str) -> None:
    assert state in states(film)


def test_a_pod_that_has_ended_says_why() -> None:
    pod = {"metadata": {"name": "a"}, "spec": {"nodeName": "n"}, "status": {"phase": "Failed", "reason": "Evicted"}}
    assert podwords.states(deployment, Snapshot(None, new_pods=(pod,))) == {"a": "new, evicted on n"}


def test_no_pods_have_no_states() -> None:
    assert podwords.states(deployment, Snapshot(None)) == {}
