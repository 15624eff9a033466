# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._ansible import workload
from ansible_collections.steady.rollout.plugins.module_utils._rollout import digest
from ansible_collections.steady.rollout.tests.unit.films.play import played


def result(film: str, **more: t.Any) -> dict[str, t.Any]:
    """What the module returned then."""
    return {**workload.result_of(played(film)[1]), **more}


def test_a_success_is_one_sentence_with_its_time_and_one_about_its_gates() -> None:
    gates = [{"gate": "http", "state": "passed"}, {"gate": "stable_for", "state": "passed"}]
    assert digest.lines(result("upgrade", seconds=3.2, gates=gates)) == [
        "Deployment shop/app upgraded from 1.0 to 2.0 in 3.2 s.",
        "Gates: http passed, stable_for passed.",
    ]


def test_what_was_found_although_it_went_well_is_told() -> None:
    finding = {"title": "another image runs", "pod": "app-1", "container": "app", "message": "asked for a, runs b"}
    assert digest.lines(result("upgrade", findings=[finding]))[1:] == [
        "  another image runs (pod app-1, container app): asked for a, runs b"
    ]


def test_a_failure_has_said_everything_itself() -> None:
    failed = result("image_not_found")
    assert digest.lines(failed) == failed["msg"].splitlines()
    assert digest.lines(failed)[-1].startswith("Next: ")


@pytest.mark.parametrize(
    ("found", "ours"),
    [
        ({"msg": "done", "timeline": []}, True),
        ({"msg": "asked", "per_second": []}, True),
        ({"msg": "Of 2 ...", "results": [{"msg": "a", "timeline": []}, {"msg": "b", "timeline": []}]}, True),
        ({"msg": "sure", "changed": False}, False),
        ({"msg": "loop", "results": [{"msg": "a", "rc": 0}]}, False),
        ({"msg": "none", "results": []}, False),
        ({"results": "text"}, False),
    ],
)
def test_it_knows_the_results_of_its_own_modules(found: dict[str, t.Any], ours: bool) -> None:
    assert digest.known(found) is ours
