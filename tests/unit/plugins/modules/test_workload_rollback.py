# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.modules import workload_rollback
from ansible_collections.steady.rollout.tests.unit.films.replay import show

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.tests.unit.plugins.modules.conftest import Play


@pytest.mark.parametrize("options", [{}, {"revision": 1}, {"version": "1.0"}])
def test_the_button_needs_no_options_and_takes_a_target(play: Play, options: dict[str, t.Any]) -> None:
    result = play(workload_rollback, show("rollback"), **options)
    assert (result["changed"], result["after"]["version"]) == (True, "1.0")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"revision": 0}, "revision: 0 is not possible, revisions are numbered from 1."),
        ({"revision": -1}, "revision: -1 is not possible"),
        ({"revision": 9}, "there is no revision 9 in its history"),
        ({"version": 1.0}, "is a number"),
        ({"revision": 1, "version": "1.0"}, "mutually exclusive: revision|version"),
    ],
)
def test_bad_input_is_one_sentence_and_nothing_is_written(play: Play, options: dict[str, t.Any], words: str) -> None:
    stage = show("rollback")
    result = play(workload_rollback, stage, **options)
    assert words in result["msg"]
    assert (result["failed"], stage.cluster.bodies) == (True, [])
