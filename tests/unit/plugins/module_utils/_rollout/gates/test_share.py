# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._rollout.gates import looks

Json = dict[str, t.Any]


def watch(**options: t.Any) -> looks.Watch:
    written = {"url": "http://shop.lab/", "version": "2.0", "weight": 20, "version_path": "version", **options}
    return looks.Watch(looks.one({"share": written}))


def found(*seconds: tuple[int, int]) -> Json:
    """Seconds with so many answers of 2.0 and of 1.0."""
    told = [{"versions": {"2.0": {"requests": new}, "1.0": {"requests": old}}} for new, old in seconds]
    return {"seconds": told, "examples": {}, "report": None}


def test_it_begins_when_the_rollout_is_complete() -> None:
    waits = watch()
    assert waits.look(5, looks.ROLLING).want == ""
    assert waits.look(10, looks.complete()).want == "begin"


def test_it_passes_with_the_latest_answers_that_fit_and_says_the_bounds() -> None:
    waits = watch()
    waits.look(10, looks.complete())
    assert waits.look(11, looks.complete(), measured=found((0, 50))).state == "waiting"
    passed = waits.look(12, looks.complete(), measured=found((0, 50), (10, 40)))
    assert (passed.state, passed.want) == ("passed", "drop")
    assert passed.message == "10 of 50 answers are new (20.0 %), at weight 20 between 2 and 20 would be"
    assert passed.measurement == {"answers": 50, "new": 10, "weight": 20.0}


def test_too_few_answers_prove_nothing() -> None:
    waits = watch()
    waits.look(10, looks.complete())
    assert waits.look(11, looks.complete(), measured=found((2, 8))).state == "waiting"


def test_it_fails_when_the_answers_do_not_fit_in_time() -> None:
    waits = watch(within="5s")
    waits.look(10, looks.complete())
    failed = waits.look(15, looks.complete(), measured={**found((0, 50)), "examples": {"reset": "Connection reset"}})
    assert (failed.state, failed.want) == ("failed", "drop")
    assert failed.message.endswith("would be, 5.0 s after it was set (Connection reset)")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"weight": 101}, "weight: 101 is not possible, it must be from 0 to 100"),
        ({"weight": 1, "within": "5s"}, "too few to tell weight 1, which takes 757 answers"),
        ({"version_path": None}, "nothing says where it stands in an answer"),
    ],
)
def test_what_cannot_be_seen_is_refused(options: Json, words: str) -> None:
    with pytest.raises(errors.InvalidInput, match=words):
        watch(**options)
