# SPDX-License-Identifier: GPL-3.0-or-later
"""Only what belongs to the newest revision can doom it, and nothing that is ready is blamed."""

from __future__ import annotations

import copy
import typing as t

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ansible_collections.steady.rollout.plugins.module_utils._rollout import findings, objects
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import View
from ansible_collections.steady.rollout.tests.unit.properties.worlds import (
    FILMS,
    IMPATIENT,
    World,
    filmed,
    moments,
    outdated,
    strangers,
)

Json = dict[str, t.Any]


def made_ready(world: World, which: set[int]) -> World:
    """Those of its pods ready, whatever their containers say."""
    made = copy.deepcopy(world)
    for index, pod in enumerate(made.pods):
        if index in which:
            others = [item for item in objects.status(pod).get("conditions", ()) if item["type"] != "Ready"]
            pod["status"]["conditions"] = [*others, {"type": "Ready", "status": "True"}]
    return made


@given(world=moments())
@settings(max_examples=200)
def test_somebody_elses_pods_with_the_same_labels_change_nothing(world: World) -> None:
    assert strangers(world).judged() == world.judged()


@given(world=moments())
@settings(max_examples=200)
def test_pods_of_an_earlier_revision_never_doom(world: World) -> None:
    made = outdated(world)
    assume(made is not world)
    verdict = made.judged()
    assert [finding for finding in verdict.findings if finding.pod and finding.severity == "terminal"] == []
    assert verdict.phase != "failed" or not verdict.findings[0].pod


@given(world=moments(), which=st.sets(st.integers(0, 9)))
@settings(max_examples=200)
def test_a_ready_pod_is_never_blamed(world: World, which: set[int]) -> None:
    made = made_ready(world, which)
    ready = {objects.name(pod) for pod in made.pods if made.kind.is_ready(pod)}
    blamed = {finding.pod for finding in findings.find_all(View(made.kind, made.snapshot, IMPATIENT))}
    assert blamed & ready == set()


def test_the_worlds_hold_what_the_properties_speak_of() -> None:
    """Or they would hold for want of an example."""
    seen = [world for name in FILMS for world in filmed(name)]
    assert sum(1 for world in seen if world.judged().phase == "failed") > 50
    assert sum(1 for world in seen if outdated(world) is not world) > 50
    assert sum(1 for world in seen if made_ready(world, {0, 1, 2}).judged() != world.judged()) > 10
