# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import typing as t

import pytest
import yaml

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic import steps
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic.routes import Pin


def read(*given: t.Any) -> tuple[steps.Step, ...]:
    return steps.read(list(given), "strategy.steps")


def test_steps_are_read_with_their_defaults() -> None:
    first, second = read({"weight": 5, "for": "2m", "pause": True, "replicas": 2}, 50)
    assert first == steps.Step(5, 120.0, 2, True)
    assert second == steps.Step(50, 60.0)


def test_a_steps_gates_are_named_by_their_place() -> None:
    (step,) = read({"weight": 5, "gates": [{"restarts_below": 1}]})
    assert step.gates[0].where == "strategy.steps[0].gates[0].restarts_below"


@pytest.mark.parametrize(("weight", "stable", "pods"), [(5, 3, 1), (50, 3, 2), (100, 3, 3), (1, 0, 1), (34, 3, 2)])
def test_pods_follow_the_share(weight: int, stable: int, pods: int) -> None:
    assert steps.Step(weight, 0).pods(stable) == pods
    assert steps.Step(weight, 0, replicas=7).pods(stable) == 7


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([{"weight": 50}, {"weight": 50}], r"strategy.steps\[1\].weight: 50 does not rise above the 50"),
        ([{"weight": 50}, {"weight": 5}], "Weights must rise"),
        ([{"weight": 101}], "101 exceeds 100"),
        ([{"weight": 0}], r"strategy.steps\[0\].weight: 0 is not possible"),
        ([{}], r"strategy.steps\[0\].weight is missing"),
        ([{"weight": 5, "fro": "1m"}], "for is meant"),
        ([{"weight": 5, "gates": ["nonsense"]}], r"strategy.steps\[0\].gates\[0\]"),
        (
            [{"weight": 5, "gates": ["endpoints_ready"]}],
            r"strategy.steps\[0\].gates: endpoints_ready is for the task's own",
        ),
        ([], "write a list of steps"),
        ("canary", "write a list of steps"),
        (["x"], "is not a dictionary"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence(given: t.Any, words: str) -> None:
    with pytest.raises(errors.InvalidInput, match=words):
        steps.read(given, "strategy.steps")


def test_testers_are_known_by_a_header_or_a_cookie() -> None:
    assert steps.pin_of(None, "strategy.match") is None
    assert steps.pin_of({"header": {"name": "x-tester", "value": "yes"}}, "strategy.match") == Pin("x-tester", "yes")
    assert steps.pin_of({"cookie": {"name": "canary", "value": "yes"}}, "strategy.match") == Pin.cookie("canary", "yes")
    for wrong in ("yes", {}, {"header": {"name": "x"}}, {"query": {}}):
        with pytest.raises(errors.InvalidInput, match="strategy.match"):
            steps.pin_of(wrong, "strategy.match")


def test_what_the_refusal_of_a_probe_proposes_is_taken() -> None:
    with pytest.raises(errors.InvalidInput) as refusal:
        steps.probe_of("http://shop.example/", "strategy.probe")
    proposed = yaml.safe_load(re.search(r"{.*}", str(refusal.value))[0])  # type: ignore[index]
    assert steps.probe_of(proposed, "strategy.probe")
