# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation import operate, waiting, writing
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Settings
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout import verdict as verdicts
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds import deployment
from ansible_collections.steady.rollout.tests.unit.films import twists
from ansible_collections.steady.rollout.tests.unit.films.replay import Reel, Show, show

Json = dict[str, t.Any]


def waited(stage: Show, *steps: waiting.Step, **settings: t.Any) -> waiting.Waited:
    """Waits for the change that the film made first."""
    present = stage.cluster.read(deployment.RESOURCE, "shop", "app")
    body = stage.film.scenes[stage.film.written]["body"]
    before, after = writing.change(
        stage.cluster, deployment, stage.film.reference, present, lambda _now: {"spec": body["spec"]}
    )
    aim = verdicts.aim_at(after, before=before)
    return waiting.wait(operate.start(stage.ports, stage.film.reference, Settings(**settings)), after, aim, steps)


def test_a_wait_ends_with_the_event_that_completes_the_rollout() -> None:
    stage = show("upgrade")
    result = waited(stage)
    assert result.verdict.phase == "complete"
    assert result.snapshot.workload is not None
    assert result.snapshot.workload["status"]["updatedReplicas"] == 3
    assert stage.heard.lines[-1].endswith("3/3 new ready, 0 old left: complete")
    assert (stage.cluster.opened, stage.cluster.closed) == (1, 1)


def test_it_knows_the_fewest_pods_that_were_available() -> None:
    assert waited(show("upgrade")).lowest_available == 3


def test_counts_of_the_spec_before_are_not_told() -> None:
    stage = show("upgrade")
    waited(stage)
    told = [line.split("  ", 2)[2] for line in stage.heard.lines]
    assert told[0] == "0/3 new ready, 3 old left"


def test_nothing_is_told_twice() -> None:
    stage = show("upgrade")
    waited(stage)
    texts = [line.split("  ", 2)[2] for line in stage.heard.lines]
    assert len(texts) == len(set(texts))


def test_at_the_deadline_it_says_what_is_missing() -> None:
    stage = show("upgrade", twists.stalled)
    began = stage.film.scenes[stage.film.written]["at"]
    result = waited(stage, timeout=40.0)
    assert result.verdict.phase == "failed"
    assert result.verdict.message == "not complete after 40 s: waiting for the controller to see the new spec"
    assert stage.clock.at == pytest.approx(began + 40.0)


def test_while_nothing_happens_it_says_that_it_is_still_there() -> None:
    stage = show("upgrade", twists.stalled)
    waited(stage, timeout=40.0)
    still = [line for line in stage.heard.lines if "still waiting: waiting for the controller" in line]
    assert len(still) == 2


def test_only_counts_on_the_way_may_be_left_out() -> None:
    stage = show("image_not_found")
    waited(stage)
    left = [line.split("  ", 2)[2] for line in stage.heard.lines if line not in stage.heard.passing]
    assert left and not any("new ready" in line for line in left)
    assert any(line.startswith("image not found") for line in left)
    stage = show("upgrade")
    waited(stage)
    assert stage.heard.lines[:-1] == stage.heard.passing


def test_each_pods_changes_are_told_in_detail_and_what_was_there_before_is_not() -> None:
    stage = show("upgrade")
    waited(stage)
    told = [line.split("  ", 2)[2] for line in stage.heard.details]
    assert not any("old, ready" in line for line in told)
    assert len([line for line in told if "new, ready" in line]) == 3
    assert len([line for line in told if "old, terminating" in line]) == 3


class Blind(Reel):
    """A feed that hears nothing after its first list."""

    def wait(self, timeout: float) -> bool:
        self.projector.wait(timeout)
        return False


def test_at_the_deadline_everything_is_read_once_more() -> None:
    stage = show("upgrade")
    stage.cluster.open_feed = lambda _scopes: Blind(stage.cluster)  # type: ignore[method-assign]
    result = waited(stage, timeout=20.0)
    assert result.verdict.phase == "complete"


class Stopped(Exception):
    """Somebody asked the module to stop."""


class Interrupted(Reel):
    """A feed in the middle of which a signal arrives."""

    def wait(self, timeout: float) -> bool:
        raise Stopped


def test_an_interrupted_wait_leaves_no_watch_behind() -> None:
    stage = show("upgrade")
    stage.cluster.open_feed = lambda _scopes: Interrupted(stage.cluster)  # type: ignore[method-assign]
    with pytest.raises(Stopped):
        waited(stage)
    assert stage.cluster.closed == 1


class Troubled(Reel):
    """A feed whose server is away for a while."""

    def trouble(self) -> str:
        return "API server 10.77.0.11:6443: connection refused" if 2 < self.projector.clock.at < 4 else ""


def test_a_server_that_is_away_is_told_and_fails_nothing() -> None:
    stage = show("upgrade")
    stage.cluster.open_feed = lambda _scopes: Troubled(stage.cluster)  # type: ignore[method-assign]
    assert waited(stage).verdict.phase == "complete"
    told = [line.split("  ", 2)[2] for line in stage.heard.lines if "server" in line]
    assert told == [
        "API server 10.77.0.11:6443: connection refused; going on as soon as it answers",
        "the API server answers again",
    ]


AWAY = errors.Unreachable("API server 10.77.0.11:6443 gave no usable answer to list pods in time.")


class Lost(Reel):
    """A feed whose server does not answer any more once it is open."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.projector.list = away  # type: ignore[method-assign]


def away(*_unused: t.Any) -> t.NoReturn:
    raise AWAY


@pytest.mark.parametrize("film", ["upgrade", "image_not_found"], ids=["good", "bad"])
def test_a_server_that_is_away_at_the_deadline_leaves_open_how_it_is(film: str) -> None:
    stage = show(film, twists.stalled) if film == "upgrade" else show(film)
    began = stage.film.scenes[stage.film.written]["at"]
    stage.cluster.open_feed = lambda _scopes: Lost(stage.cluster)  # type: ignore[method-assign]
    result = waited(stage, timeout=30.0)
    assert (result.verdict.phase, result.seen, result.verdict.findings) == ("failed", False, ())
    assert result.verdict.message == f"not complete after 30 s: {AWAY}".rstrip(".")
    assert stage.clock.at <= began + 30.0 + waiting.DOUBT


def test_a_server_that_goes_away_before_the_first_look_is_waited_for() -> None:
    stage = show("upgrade")
    answers = iter([AWAY, AWAY])

    def open_feed(_scopes: t.Any) -> Reel:
        for trouble in answers:
            raise trouble
        return Reel(stage.cluster)

    stage.cluster.open_feed = open_feed  # type: ignore[method-assign]
    assert waited(stage).verdict.phase == "complete"
    assert len([line for line in stage.heard.lines if "Going on as soon as it does" in line]) == 2


def test_a_server_that_stays_away_from_the_first_look_ends_the_wait_at_the_deadline() -> None:
    stage = show("upgrade")

    def open_feed(_scopes: t.Any) -> t.NoReturn:
        stage.clock.at += 60.0
        raise AWAY

    stage.cluster.open_feed = open_feed  # type: ignore[method-assign]
    with pytest.raises(errors.Unreachable, match="gave no usable answer"):
        waited(stage, timeout=100.0)
    assert len(stage.heard.lines) == 1
