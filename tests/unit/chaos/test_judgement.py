# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.steady.rollout.tests.unit.samples import having, recorded
from chaos_trials.asks import ASKS, Ask
from chaos_trials.history import Sighting
from chaos_trials.judgement import REFUSED, Done, Evidence, Told, left_over, untrue

BY_NAME = {ask.name: ask for ask in ASKS}
GOOD = BY_NAME["Deployment upgraded"]
BAD = BY_NAME["Deployment upgraded to an image that is not there"]
BACK = BY_NAME["Deployment rolled back"]
NOT_FOUND = "Upgrade failed after 2 s: image not found.\n  registry.lab:5000/app:9.9: not found"


def seen(*versions: str) -> list[Sighting]:
    """A version every ten seconds, complete after five; the first one from before."""
    return [
        Sighting(10.0 * at + after, version, complete=bool(after))
        for at, version in enumerate(versions)
        for after in (0.0, 5.0)
    ]


def success(ask: Ask, began: float = 6.0, ended: float = 16.0) -> Told:
    return Told(ask, began, ended, False, "upgraded", ask.ends)


def failure(ask: Ask, message: str, back: str = "1.0", ended: float = 26.0) -> Told:
    return Told(ask, 6.0, ended, True, message, back, back)


def of(ask: Ask, runs: list[Told], history: list[Sighting], **done: t.Any) -> list[str]:
    return untrue(Evidence(ask, Done(**done), runs, history))


def test_what_is_so_is_true() -> None:
    assert of(GOOD, [success(GOOD)], seen("1.0", "2.0")) == []
    assert of(BAD, [failure(BAD, NOT_FOUND)], seen("1.0", "9.9", "1.0")) == []
    assert of(BACK, [success(BACK)], seen("2.0", "1.0")) == []


def test_a_success_before_it_was_one_is_not() -> None:
    (wrong,) = of(GOOD, [success(GOOD, ended=13.9)], seen("1.0", "2.0"))
    assert "nobody saw it so" in wrong


def test_a_success_of_what_cannot_be_is_not() -> None:
    wrong = of(BAD, [success(BAD)], seen("1.0", "9.9"))
    assert "cannot be" in wrong[0]


def test_a_failure_of_what_can_be_done_is_not() -> None:
    wrong = of(GOOD, [failure(GOOD, "API server gave no usable answer", back="")], seen("1.0", "2.0"))
    assert "nothing was wrong" in wrong[0]


def test_a_failure_for_another_reason_is_not() -> None:
    wrong = of(BAD, [failure(BAD, "not complete after 240 s")], seen("1.0", "9.9", "1.0"))
    assert "another reason" in wrong[0]


def test_a_way_back_that_nobody_saw_is_not() -> None:
    wrong = of(BAD, [failure(BAD, NOT_FOUND)], seen("1.0", "9.9"))
    assert "back on 1.0" in wrong[0] and "ends on 9.9" in wrong[1]


def test_an_end_that_is_not_complete_is_wrong() -> None:
    history = [*seen("1.0", "2.0"), Sighting(30.0, "2.0", complete=False)]
    assert of(GOOD, [success(GOOD)], history) == ["ends on 2.0, not complete; right is 2.0"]


def test_a_change_that_nobody_asked_for_is_wrong() -> None:
    """A rollback that is run again must not go forth again."""
    killed = Told(BACK, 6.0, 12.0, None)
    runs = [killed, success(BACK, ended=36.0)]
    (wrong,) = of(BACK, runs, seen("2.0", "1.0", "2.0", "1.0"))
    assert "went 2.0 -> 1.0 -> 2.0 -> 1.0" in wrong
    assert of(BACK, runs, seen("2.0", "1.0")) == []


def test_a_bad_upgrade_that_was_killed_goes_the_same_way_again() -> None:
    runs = [Told(BAD, 6.0, 12.0, None), failure(BAD, NOT_FOUND, ended=46.0)]
    assert of(BAD, runs, seen("1.0", "9.9", "1.0", "9.9", "1.0")) == []


def test_runs_of_which_none_has_spoken_are_wrong() -> None:
    assert of(GOOD, [Told(GOOD, 0.0, 1.0, None)], seen("1.0")) == ["no run said how it ended"]


def test_one_of_two_runs_may_be_refused_and_the_words_of_both_add_up() -> None:
    other = replace(GOOD, path=("1.0", "2.1"), version="2.1")
    refused = Told(other, 8.0, 12.0, True, "Deployment app is being rolled by another run: ...")
    assert of(GOOD, [success(GOOD), refused], seen("1.0", "2.0"), excuse=REFUSED) == []
    assert of(GOOD, [success(GOOD), refused], seen("1.0", "2.0", "2.1"), excuse=REFUSED) == [
        "ends on 2.1; right is 2.0"
    ]
    both = [success(other, ended=26.0), success(GOOD)]
    assert of(GOOD, both, seen("1.0", "2.0", "2.1"), excuse=REFUSED) == []


def test_somebody_elses_version_stays_when_a_run_steps_aside_for_it() -> None:
    aside = Told(GOOD, 6.0, 16.0, True, "somebody else (kubectl-set) changed its pod template", "2.1")
    assert of(GOOD, [aside], seen("1.0", "2.0", "2.1"), others=("2.1",), excuse="somebody else") == []
    wrong = of(GOOD, [aside], seen("1.0", "2.0", "2.1", "1.0"), others=("2.1",), excuse="somebody else")
    assert wrong == ["ends on 1.0; right is 2.1"]


def test_somebody_elses_scale_stays() -> None:
    history = [replace(each, replicas=3) for each in seen("1.0", "2.0")]
    assert of(GOOD, [success(GOOD)], history, replicas=3) == []
    wrong = of(GOOD, [success(GOOD)], [replace(each, replicas=2) for each in history], replicas=3)
    assert wrong == ["ends with 2 replicas, somebody else set 3"]


def test_nothing_is_left_of_a_rollout_that_is_over() -> None:
    route = having(recorded("httproute"), {"kind": "HTTPRoute"})
    assert left_over([having(recorded("deployment"), {"kind": "Deployment"}), route, recorded("routed_service")]) == []


def test_everything_that_a_run_may_forget_is_found() -> None:
    lease = {"kind": "Lease", "metadata": {"name": "steady-rollout-deployment-app"}}
    twin = having(recorded("routed_service"), {"metadata": {"name": "app-canary"}})
    notes = {"steady.rollout/traffic": "{}", "steady.rollout/outcomes": "{}"}
    route = having(recorded("httproute"), {"metadata": {"annotations": notes}})
    paused = having(recorded("deployment"), {"spec": {"paused": True}})
    assert left_over([lease, twin, route, paused, recorded("httproute_weighted")])[:4] == [
        "Lease steady-rollout-deployment-app",
        "Service app-canary",
        "HTTPRoute app: annotation steady.rollout/traffic",
        "Deployment app: paused",
    ]
    assert left_over([recorded("httproute_weighted")])[0].startswith("HTTPRoute app: [[('app-canary'")


def test_what_somebody_else_wrote_may_not_be_lost() -> None:
    noted = having(recorded("deployment"), {"metadata": {"annotations": {"example.com/on-call": "night"}}})
    assert left_over([noted], ["example.com/on-call"]) == []
    assert left_over([recorded("deployment")], ["example.com/on-call"]) == [
        "Deployment app: lost annotation example.com/on-call"
    ]
