# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic import by_weights
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic import routes
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic.routes import Fork, Pin
from ansible_collections.steady.rollout.tests.unit.crossing import Scene

Json = dict[str, t.Any]

PAUSED: Json = {"type": "canary", "steps": [{"weight": 10, "for": "1s", "pause": True}]}


def test_both_sides_are_named_with_the_headers_that_pin_to_them() -> None:
    fork = Fork(
        "shop",
        "app",
        "app",
        "app-canary",
        to_twin=(Pin(routes.TRACK, "new-1"), Pin("x", "y")),
        to_stable=(Pin(routes.TRACK, "old-1"),),
    )
    assert by_weights.sides(fork, "app", "app-canary") == {
        "new": {"service": "app-canary", "deployment": "app-canary", "headers": {routes.TRACK: "new-1"}},
        "old": {"service": "app", "deployment": "app", "headers": {routes.TRACK: "old-1"}},
    }


def test_without_a_strategy_a_canary_under_way_is_not_overlooked() -> None:
    scene = Scene()
    scene.upgraded("2.0", PAUSED)
    for version in ("2.0", "4.0"):
        with pytest.raises(errors.Refused, match="its canary of 2.0 is under way, at step 1 of 1, weight 10 of 100"):
            scene.upgraded(version, None)


def test_what_was_begun_by_one_strategy_is_not_gone_on_with_by_another() -> None:
    scene = Scene()
    scene.upgraded("2.0", PAUSED)
    before = list(scene.street.writes)
    with pytest.raises(errors.Refused, match="its canary of 2.0 is under way. Set strategy: canary."):
        scene.upgraded("2.0", "blue_green")
    assert scene.street.writes == before


def test_the_gates_measure_the_new_side_by_a_header_of_this_rollout_alone() -> None:
    fork = Fork("shop", "app", "app", "app-canary")
    plain = by_weights.ByWeights("canary", (), "", lambda _roll, _present: "")
    assert plain.forked(fork, "1") == fork
    tracked = by_weights.ByWeights("canary", (), "", plain.shrunk, match=Pin("x", "y"), tracked=True)
    assert tracked.forked(fork, "1").to_twin == (Pin(routes.TRACK, "new-1"), Pin("x", "y"))
