# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import random

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic import shares


@pytest.mark.parametrize("weight", [1, 5, 20, 50, 80, 95, 99])
def test_the_answers_that_are_needed_tell_a_weight_from_none_and_from_all(weight: int) -> None:
    answers = shares.needed(weight)
    assert not shares.seen(0, answers, weight)
    assert not shares.seen(answers, answers, weight)
    assert shares.seen(round(answers * weight / 100), answers, weight)
    assert not shares.seen(round((answers - 1) * weight / 100), answers - 1, weight)


def test_known_bounds() -> None:
    """Of 149 answers at 5 %: P(0) = 0.95**149 = 0.0005."""
    assert shares.needed(5) == 149
    assert shares.bounds(149, 5) == (1, 17)
    assert shares.bounds(1000, 50) == (448, 552)


def test_at_none_and_at_all_one_answer_from_the_other_side_is_too_many() -> None:
    assert shares.seen(0, 100, 0)
    assert not shares.seen(1, 100, 0)
    assert shares.seen(100, 100, 100)
    assert not shares.seen(99, 100, 100)


def test_an_honest_split_is_doubted_once_in_a_thousand_at_most() -> None:
    chance = random.Random(5)
    doubted = sum(
        not shares.seen(sum(chance.random() < 0.2 for _request in range(200)), 200, 20) for _time in range(2000)
    )
    assert doubted <= 6  # 2 are expected at most; more than 6 has a probability below 1/200


def test_many_answers_are_no_trouble() -> None:
    least, most = shares.bounds(100_000, 5)
    assert 4_750 < least < 5_000 < most < 5_250


def test_words_name_the_bounds() -> None:
    assert shares.in_words(8, 152, 5) == "8 of 152 answers are new (5.3 %), at weight 5 between 1 and 18 would be"
    assert shares.in_words(0, 0, 0) == "0 of 0 answers are new, at weight 0 0 would be"
