# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._operation.pause import pause, resume
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.tests.unit.films.replay import Reel, Show, show

Operation = t.Callable[..., Outcome]


def done(operation: Operation, stage: Show, **settings: t.Any) -> Outcome:
    return operation(stage.ports, stage.film.reference, Settings(**settings))


def failing() -> Show:
    """A rollout that fails, just before somebody pauses it."""
    stage = show("image_not_found_paused")
    stage.cluster.somebody_writes()
    return stage


def test_pausing_ends_once_the_controller_has_seen_it() -> None:
    stage = failing()
    outcome = done(pause, stage)
    assert (outcome.changed, outcome.status) == (True, "paused")
    assert outcome.message == "Deployment shop/app paused."
    workload = stage.cluster.stage.objects[("Deployment", "app")]
    assert workload["status"]["observedGeneration"] == workload["metadata"]["generation"]
    (body,) = stage.cluster.bodies
    assert body["spec"] == {"paused": True}
    assert stage.cluster.leases[0].released


def test_a_controller_that_sees_nothing_is_waited_for_no_longer_than_asked() -> None:
    stage = failing()

    class Still(Reel):
        """A feed in which nothing happens any more."""

        def wait(self, timeout: float) -> bool:
            self.projector.clock.at += timeout
            return False

    stage.cluster.open_feed = lambda _scopes: Still(stage.cluster)  # type: ignore[method-assign]
    outcome = done(pause, stage, timeout=7.0)
    assert (outcome.failed, outcome.changed, outcome.status) == (True, True, "failed")
    assert "its controller has not seen the new spec" in outcome.message
    assert stage.clock.at >= 7


def test_what_is_paused_is_not_paused_again() -> None:
    stage = show("resume")
    outcome = done(pause, stage)
    assert (outcome.changed, outcome.message) == (False, "Deployment shop/app is paused already.")
    assert stage.cluster.bodies == []


def test_resuming_sees_the_rollout_through() -> None:
    stage = show("resume")
    outcome = done(resume, stage)
    assert (outcome.changed, outcome.status) == (True, "complete")
    assert outcome.message == "Deployment shop/app resumed on 1.0."
    assert stage.cluster.bodies[0]["spec"] == {"paused": False}


def test_resuming_what_is_not_paused_only_waits() -> None:
    stage = show("upgrade")
    outcome = done(resume, stage)
    assert (outcome.changed, outcome.message) == (False, "Deployment shop/app was not paused and runs 1.0.")


@pytest.mark.parametrize(("operation", "words"), [(pause, "would be paused"), (resume, "would be resumed on 1.0")])
def test_check_mode_only_tries(operation: Operation, words: str) -> None:
    stage = failing() if operation is pause else show("resume")
    assert words in done(operation, stage, dry_run=True).message
    assert (stage.cluster.bodies, len(stage.cluster.tried)) == ([], 1)


@pytest.mark.parametrize("operation", [pause, resume])
def test_a_kind_that_cannot_be_paused_is_refused(operation: Operation, monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds import daemonset, deployment

    stage = show("upgrade")
    monkeypatch.setattr(deployment, "pause_patch", daemonset.pause_patch)
    with pytest.raises(errors.Refused, match="Deployment shop/app was not changed: a DaemonSet cannot be paused"):
        done(operation, stage)
    assert stage.cluster.bodies == []
