# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import threading
import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation import many
from ansible_collections.steady.rollout.plugins.module_utils._operation.many import Task
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Finding
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference
from ansible_collections.steady.rollout.tests.unit.films.replay import FilmClock

PORTS = Ports(t.cast(t.Any, None), FilmClock(), t.cast(t.Any, None))


@pytest.fixture(autouse=True)
def without_survey(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is looked at before the first write has tests of its own."""
    monkeypatch.setattr(many.survey, "check", lambda *_args: None)


class Sharing:
    """A cluster of which only the sharing is of interest."""

    def __init__(self) -> None:
        self.stopped: Exception | None = None
        self.heard = threading.Event()

    def shared(self) -> t.ContextManager[None]:
        return contextlib.nullcontext()

    def stop(self, reason: Exception) -> None:
        self.stopped = reason
        self.heard.set()


def reference(name: str) -> Reference:
    return Reference("Deployment", "shop", name)


def good(_ports: t.Any, workload: Reference, _settings: Settings) -> Outcome:
    return Outcome(workload, True, False, f"{workload} upgraded.", "complete")


def bad(_ports: t.Any, workload: Reference, _settings: Settings) -> Outcome:
    finding = Finding("image_not_found", "image not found", "9.9", severity="terminal")
    return Outcome(workload, True, True, f"Upgrade of {workload} failed.", "failed", findings=(finding,))


def raising(error: Exception) -> t.Callable[..., Outcome]:
    def operate(*_args: t.Any) -> Outcome:
        raise error

    return operate


def tasks(**operations: t.Callable[..., Outcome]) -> list[Task]:
    return [Task(reference(name), Settings(), operate) for name, operate in operations.items()]


def run(parallel: int = 1, stop_on_failure: bool = True, **operations: t.Any) -> tuple[Outcome, ...]:
    cluster = t.cast(t.Any, Sharing())
    outcomes, interrupted = many.many(
        PORTS, cluster, tasks(**operations), parallel=parallel, stop_on_failure=stop_on_failure
    )
    assert not interrupted
    return outcomes


def statuses(outcomes: tuple[Outcome, ...]) -> list[str]:
    return [outcome.status for outcome in outcomes]


def test_outcomes_come_in_the_order_of_the_tasks() -> None:
    first = threading.Event()

    def late(*args: t.Any) -> Outcome:
        assert first.wait(5)
        return good(*args)

    def early(*args: t.Any) -> Outcome:
        first.set()
        return good(*args)

    outcomes = run(2, a=late, b=early)
    assert [outcome.reference.name for outcome in outcomes] == ["a", "b"]


def test_one_that_fails_keeps_the_others_from_being_begun() -> None:
    outcomes = run(1, a=good, b=bad, c=good, d=good)
    assert statuses(outcomes) == ["complete", "failed", "not_begun", "not_begun"]
    assert outcomes[2].message == "Deployment shop/c was not begun: shop/b failed."
    assert not outcomes[2].failed and not outcomes[2].changed


def test_those_under_way_go_on_to_their_end() -> None:
    begun, failed = threading.Event(), threading.Event()

    def slow(*args: t.Any) -> Outcome:
        begun.set()
        assert failed.wait(5)
        return good(*args)

    def failing(*args: t.Any) -> Outcome:
        assert begun.wait(5)
        failed.set()
        return bad(*args)

    assert statuses(run(2, a=slow, b=failing, c=good))[:2] == ["complete", "failed"]


def test_all_are_tried_when_that_is_asked_for() -> None:
    assert statuses(run(1, False, a=bad, b=good, c=good)) == ["failed", "complete", "complete"]


@pytest.mark.parametrize(("parallel", "most"), [(1, 1), (2, 2), (0, 6)])
def test_no_more_run_at_once_than_asked_for(parallel: int, most: int) -> None:
    line, now, highest = threading.Lock(), 0, 0
    together = threading.Barrier(most)

    def counted(*args: t.Any) -> Outcome:
        nonlocal now, highest
        with line:
            now += 1
            highest = max(highest, now)
        together.wait(5)
        with line:
            now -= 1
        return good(*args)

    run(parallel, **dict.fromkeys("abcdef", counted))
    assert highest == most


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (errors.Conflict("shop/a kept changing."), "shop/a kept changing."),
        (KeyError("spec"), "Deployment shop/a: a fault of this collection ended it: KeyError: 'spec'"),
    ],
)
def test_an_error_is_the_outcome_of_its_workload(error: Exception, words: str) -> None:
    (outcome,) = run(a=raising(error))
    assert (outcome.failed, outcome.message) == (True, words)


def test_an_interruption_ends_each_and_tells_what_each_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster, begun = Sharing(), threading.Semaphore(0)

    def writing(*_args: t.Any) -> Outcome:
        begun.release()
        assert cluster.heard.wait(5)
        raise errors.Interrupted(" Deployment shop/a: it has been written.")

    def reading(*_args: t.Any) -> Outcome:
        begun.release()
        assert cluster.heard.wait(5)
        raise errors.Interrupted(" Deployment shop/b: nothing was changed.")

    class Signalled(threading.Thread):
        """The signal comes while the main thread waits for the first worker."""

        def join(self, timeout: float | None = None) -> None:
            if timeout is None:
                assert begun.acquire(timeout=60) and begun.acquire(timeout=60)
                raise errors.Interrupted("Stopped by SIGTERM.")
            super().join(timeout)

    monkeypatch.setattr(many.threading, "Thread", Signalled)
    outcomes, interrupted = many.many(
        PORTS, t.cast(t.Any, cluster), tasks(a=writing, b=reading, c=good), parallel=2, stop_on_failure=True
    )
    assert interrupted == "Stopped by SIGTERM."
    assert isinstance(cluster.stopped, errors.Interrupted)
    assert statuses(outcomes) == ["interrupted", "interrupted", "not_begun"]
    assert [outcome.changed for outcome in outcomes] == [True, False, False]
    assert outcomes[0].message == "Deployment shop/a: it has been written."
    assert outcomes[2].message == "Deployment shop/c was not begun: the run was stopped."


def test_who_does_not_answer_in_time_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster, never = Sharing(), threading.Event()

    class Signalled(threading.Thread):
        def join(self, timeout: float | None = None) -> None:
            if timeout is None:
                raise errors.Interrupted("Stopped by SIGTERM.")

    def stuck(*args: t.Any) -> Outcome:
        never.wait(5)
        return good(*args)

    monkeypatch.setattr(many.threading, "Thread", Signalled)
    outcomes, _reason = many.many(PORTS, t.cast(t.Any, cluster), tasks(a=stuck), parallel=1, stop_on_failure=True)
    never.set()
    assert "had not answered when the run ended" in outcomes[0].message


def test_a_summary_counts_what_is_true_and_names_what_is_not_good() -> None:
    same = Outcome(reference("same"), False, False, "runs it", "complete")
    text = many.summary((*run(1, a=good, b=bad, c=good, d=good), same), "upgraded")
    assert text == (
        "Of 5 workloads 1 upgraded, 1 failed (shop/b: image not found), 2 not begun (shop/c; shop/d), 1 unchanged.\n"
        "Upgrade of Deployment shop/b failed."
    )


def test_a_summary_stays_short() -> None:
    text = many.summary(run(1, False, **{f"w{number}": bad for number in range(9)}), "upgraded")
    assert "w4: image not found; 4 more)" in text
    assert text.splitlines()[-1] == "The other 6 that failed: see results."


def test_check_mode_says_what_would_be() -> None:
    assert many.summary(run(a=good), "upgraded", dry_run=True) == "Of 1 workloads 1 would be upgraded."
