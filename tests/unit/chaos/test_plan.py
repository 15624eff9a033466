# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import collections

from chaos_trials.asks import ASKS
from chaos_trials.plan import batches, plan, replayed

FAULTS = ("killed", "cut", "frozen")
SHARED = ("frozen",)


def test_the_same_seed_is_the_same_trials_and_the_same_moments() -> None:
    once, again = plan("4f1d", 30, FAULTS), plan("4f1d", 30, FAULTS)
    assert once == again
    assert [trial.chance().random() for trial in once] == [trial.chance().random() for trial in again]
    assert once != plan("4f1e", 30, FAULTS)


def test_each_fault_comes_as_often_and_meets_everything_that_can_be_asked_for() -> None:
    trials = plan("4f1d", len(FAULTS) * len(ASKS), FAULTS)
    assert collections.Counter(trial.fault for trial in trials) == dict.fromkeys(FAULTS, len(ASKS))
    assert {(trial.fault, trial.ask.name) for trial in trials} == {
        (fault, ask.name) for fault in FAULTS for ask in ASKS
    }


def test_more_trials_do_not_change_the_first_ones() -> None:
    assert plan("4f1d", 40, FAULTS)[:12] == plan("4f1d", 12, FAULTS)


def test_a_fault_that_meets_the_whole_cluster_meets_no_trial_of_another() -> None:
    found = batches(plan("4f1d", 30, FAULTS), SHARED)
    assert [len(batch) for batch in found] == [20, 4, 3, 3]
    assert [{trial.fault for trial in batch} for batch in found] == [{"killed", "cut"}, *[{"frozen"}] * 3]


def test_one_trial_is_played_again_by_its_own_seed() -> None:
    everything = plan("4f1d", 30, FAULTS)
    assert replayed("4f1d/17", 30, FAULTS, SHARED) == [[everything[16]]]
    assert everything[16].seed == "4f1d/17"
    assert replayed("4f1d", 30, FAULTS, SHARED) == batches(everything, SHARED)


def test_one_that_shares_its_fault_is_played_again_with_those_beside_it() -> None:
    (batch,) = replayed("4f1d/18", 30, FAULTS, SHARED)
    assert [trial.seed for trial in batch] == ["4f1d/9", "4f1d/18", "4f1d/27"]
