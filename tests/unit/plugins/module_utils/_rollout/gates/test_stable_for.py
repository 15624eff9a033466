# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.tests.unit import samples
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._rollout.gates import looks

RESTARTED = looks.complete(
    samples.pod("2.0", "a"), samples.having(samples.pod("2.0", "b"), {}), samples.pod("2.0", "c")
)
RESTARTED.new_pods[1]["status"]["containerStatuses"][0]["restartCount"] = 1
UNREADY = looks.complete(samples.unready("2.0", "a"), samples.pod("2.0", "b"), samples.pod("2.0", "c"))


def test_it_begins_when_the_rollout_is_complete() -> None:
    assert looks.Watch(looks.one({"stable_for": "10s"})).look(5, looks.ROLLING).state == "waiting"


def test_it_passes_once_nothing_has_happened_for_that_long() -> None:
    watch = looks.Watch(looks.one({"stable_for": "10s"}))
    first = watch.look(10, looks.complete())
    assert (first.state, first.look_again) == ("waiting", 20)
    assert watch.look(19.9, looks.complete()).state == "waiting"
    passed = watch.look(20, looks.complete())
    assert (passed.state, passed.message) == ("passed", "stable for 10 s")


def test_a_container_that_is_started_again_fails_it_at_once() -> None:
    watch = looks.Watch(looks.one({"stable_for": "10s"}))
    watch.look(10, looks.complete())
    failed = watch.look(14, RESTARTED)
    assert failed.state == "failed"
    assert failed.message.endswith("started a container again 4.0 s after the rollout was complete")


def test_a_pod_that_is_no_longer_ready_fails_it_at_once() -> None:
    watch = looks.Watch(looks.one({"stable_for": "10s"}))
    watch.look(10, looks.complete())
    assert "was no longer ready" in watch.look(12, UNREADY).message


def test_with_more_time_an_interruption_only_starts_it_anew() -> None:
    watch = looks.Watch(looks.one({"stable_for": {"for": "10s", "within": "1m"}}))
    watch.look(10, looks.complete())
    assert watch.look(14, RESTARTED).state == "waiting"
    assert watch.look(20, RESTARTED).state == "waiting"
    assert watch.look(24, RESTARTED).state == "passed"


def test_it_fails_as_soon_as_it_can_no_longer_be_over_in_time() -> None:
    watch = looks.Watch(looks.one({"stable_for": {"for": "10s", "within": "15s"}}))
    watch.look(10, looks.complete())
    assert watch.look(15, RESTARTED).state == "waiting"
    assert watch.look(16, UNREADY).state == "failed"


def test_a_pod_that_somebody_adds_or_takes_away_is_no_interruption() -> None:
    watch = looks.Watch(looks.one({"stable_for": "10s"}))
    watch.look(10, looks.complete())
    watch.look(12, looks.complete(*looks.complete().new_pods, samples.unready("2.0", "d")))
    watch.look(14, looks.complete(*looks.complete().new_pods[:2]))
    assert watch.look(20, looks.complete()).state == "passed"


def test_less_time_than_it_takes_is_refused() -> None:
    with pytest.raises(errors.InvalidInput, match=r"^gates\[0\]\.stable_for\.within: it is shorter"):
        looks.one({"stable_for": {"for": "1m", "within": "10s"}})
