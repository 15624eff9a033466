# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.modules import traffic_split
from ansible_collections.steady.rollout.tests.unit.crossing import Scene

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.tests.unit.plugins.modules.conftest import Play


class Stage:
    """A street as the modules' tests take it."""

    def __init__(self) -> None:
        self.scene = Scene()
        self.cluster, self.clock = self.scene.street, self.scene.clock
        self.cluster.caution = ""  # type: ignore[attr-defined]


def test_weights_are_read_and_set(play: Play) -> None:
    stage = t.cast("t.Any", Stage())
    read = play(traffic_split, stage, route="app")
    assert (read["changed"], read["weights"], read["msg"]) == (False, {"app": 1}, "HTTPRoute shop/app sends app 1.")
    made = play(traffic_split, stage, route="app", weights={"app": "7"})
    assert (made["changed"], made["weights_before"], made["weights"], made["rule"]) == (True, {"app": 1}, {"app": 7}, 1)
    assert made["msg"] == "HTTPRoute shop/app sends app 7 (before: app 1)."
    assert (made["diff"]["before"], made["diff"]["after"]) == ("app: 1\n", "app: 7\n")


def test_check_mode_says_would(play: Play) -> None:
    stage = t.cast("t.Any", Stage())
    result = play(traffic_split, stage, check=True, route="app", weights={"app": 7})
    assert (result["changed"], stage.cluster.writes) == (True, [])
    assert "would send app 7" in result["msg"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"weights": {}}, "weights is empty"),
        ({"weights": {"app": -1}}, "weights.app: -1 is not possible, it must be a whole number, 0 or more"),
        ({"weights": {"app": "many"}}, "weights.app: 'many' is not possible"),
        ({"rule": 0}, "rule: 0 is not possible, rules are counted from 1"),
        ({"route": "other"}, "There is no HTTPRoute shop/other"),
    ],
)
def test_bad_input_is_one_sentence_and_nothing_is_written(play: Play, options: dict[str, t.Any], words: str) -> None:
    stage = t.cast("t.Any", Stage())
    result = play(traffic_split, stage, **{"route": "app", **options})
    assert result["failed"]
    assert words in result["msg"]
    assert stage.cluster.writes == []
