# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.modules import workload_scale
from ansible_collections.steady.rollout.tests.unit.films.replay import show

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.tests.unit.plugins.modules.conftest import Play


def test_scaling_is_told_as_a_result(play: Play) -> None:
    result = play(workload_scale, show("scale_up"), replicas=5)
    assert (result["changed"], result["status"]) == (True, "complete")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"replicas": -1}, "replicas: -1 is not possible, write 0 or more."),
        ({}, "Nothing says how many pods there shall be: set replicas."),
        ({"replicas": "many"}, "replicas"),
    ],
)
def test_bad_input_is_one_sentence_and_nothing_is_written(play: Play, options: dict[str, t.Any], words: str) -> None:
    stage = show("scale_up")
    result = play(workload_scale, stage, **options)
    assert words in result["msg"]
    assert (result["failed"], stage.cluster.bodies) == (True, [])
