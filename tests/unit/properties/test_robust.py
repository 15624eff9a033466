# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever the API leaves out, a look gives a verdict, and never one that the data does not bear."""

from __future__ import annotations

import copy
import random
import typing as t
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.steady.rollout.plugins.module_utils._rollout import kinds, objects, revisions
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Limits
from ansible_collections.steady.rollout.tests.unit.properties.test_complete import NAMED
from ansible_collections.steady.rollout.tests.unit.properties.worlds import COMPLETE, IMPATIENT, World, moments

Json = dict[str, t.Any]

ALWAYS = {
    "kind",
    "metadata",
    "spec",
    "name",
    "namespace",
    "uid",
    "generation",
    "type",
    "selector",
    "template",
    "containers",
}
"""Keys that the API server always sends where they belong, and without which nothing could be said at all."""
LIMITS = st.sampled_from([IMPATIENT, Limits(), Limits(fail_on="any")])
SEEDS = st.integers(0, 2**32)


def garbled(value: t.Any, chance: random.Random, share: float, *, identity: bool = True) -> t.Any:
    """The same with some of what may be left out left out, or null."""
    if isinstance(value, list):
        return [garbled(item, chance, share) for item in value]
    if not isinstance(value, dict):
        return value
    made = {}
    for key, item in value.items():
        kept = (identity and key in ALWAYS) or chance.random() >= share
        if kept:
            made[key] = garbled(item, chance, share, identity=key not in ("labels", "annotations"))
        elif isinstance(item, (dict, list)) and chance.random() < 0.5:
            made[key] = None
    return made


def all_garbled(world: World, chance: random.Random, share: float) -> World:
    def some(items: tuple[Json, ...]) -> tuple[Json, ...]:
        return tuple(garbled(item, chance, share) for item in items)

    return replace(
        world,
        workload=garbled(world.workload, chance, share),
        revisions=some(world.revisions),
        pods=some(world.pods),
        events=some(world.events),
    )


@given(world=moments(), seed=SEEDS, share=st.sampled_from([0.02, 0.1, 0.3, 0.7]), limits=LIMITS)
@settings(max_examples=300)
def test_what_may_be_left_out_may_be_missing_anywhere(world: World, seed: int, share: float, limits: Limits) -> None:
    made = all_garbled(world, random.Random(seed), share)
    verdict = made.judged(limits=limits)
    assert verdict.phase in ("progressing", "complete", "failed")
    assert verdict.message
    for finding in verdict.findings:
        assert finding.facts()["code"] == finding.code
    revisions.history(made.kind, made.snapshot)


@pytest.mark.parametrize("kind", kinds.NAMES)
@given(seed=SEEDS, share=st.sampled_from([0.02, 0.1, 0.3]))
def test_garbled_and_complete_means_that_every_named_field_was_there(kind: str, seed: int, share: float) -> None:
    made = all_garbled(COMPLETE[kind], random.Random(seed), share)
    if made.judged().phase == "complete":
        assert set(NAMED[kind]) <= set(objects.status(made.workload))


@given(world=moments(), limits=LIMITS, at=st.floats(0, 1e6))
def test_a_look_changes_nothing_and_says_the_same_again(world: World, limits: Limits, at: float) -> None:
    before = copy.deepcopy(world)
    first, second = (world.judged(limits=limits, at=at) for _look in range(2))
    assert first == second
    assert world == before


@given(world=moments(), limits=LIMITS, at=st.floats(0, 1e6))
def test_the_next_look_is_never_now(world: World, limits: Limits, at: float) -> None:
    assert world.judged(limits=limits, at=at).look_again > at


@given(world=moments(), limits=LIMITS)
def test_a_failure_has_a_terminal_cause(world: World, limits: Limits) -> None:
    verdict = world.judged(limits=limits)
    if verdict.phase == "failed":
        assert verdict.cause is not None
        assert verdict.cause.severity == "terminal"
