# SPDX-License-Identifier: GPL-3.0-or-later
"""Every film, judged at every moment, in the order it was taken in and in any other that its watches could have had."""

from __future__ import annotations

import random
import typing as t

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.steady.rollout.plugins.module_utils._rollout import kinds
from ansible_collections.steady.rollout.plugins.module_utils._rollout import verdict as verdicts
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Limits
from ansible_collections.steady.rollout.tests.unit.films import film as films
from ansible_collections.steady.rollout.tests.unit.films import record

Json = dict[str, t.Any]
Look = tuple[float, verdicts.Verdict, films.Stage]

NAMES = tuple(sorted(path.stem for path in films.FOLDER.glob("*.jsonl")))
ACTS = {f"{name}-{number}": act for name in NAMES for number, act in enumerate(films.load(name).acts)}
GOOD = [name for name, act in ACTS.items() if act.ends == "complete"]
BAD = [name for name, act in ACTS.items() if act.ends != "complete"]

# Until its event comes, a container that its probe kills looks like one that crashes; the operation reads all once more before it reports.
UNTOLD = {"startup-0": {"crash_loop"}, "liveness-0": {"crash_loop"}}


def watched(act: films.Act, events: t.Iterable[tuple[float, Json]], end: float) -> t.Iterator[Look]:
    """A look at each event, and at each moment at which a verdict said that it may change by itself."""
    film, stage = act.film, films.Stage()
    for scene in act.before:
        stage.take(scene)
    before = stage.objects.get((film.reference.kind, film.reference.name))
    stage.take({"object": act.written["object"]})
    aim = verdicts.aim_at(act.written["object"], before=before, proven=film.name.startswith("scale"))
    limits, memory = Limits(**film.about["limits"]), verdicts.Memory()
    kind = kinds.named(film.reference.kind)
    scopes = kind.scopes(act.written["object"])

    def look(at: float) -> verdicts.Verdict:
        nonlocal memory
        snapshot = kind.gather(film.reference, [stage.list(scope) for scope in scopes])
        memory, found = verdicts.judge(kind, snapshot, aim, memory, limits, at)
        return found

    found = look(act.written["at"])
    for at, scene in [*events, (end, {})]:
        while found.phase == "progressing" and found.look_again < at:
            found = look(found.look_again)
            yield at, found, stage
        if scene:
            stage.take(scene)
        found = look(at)
        yield at, found, stage


def as_filmed(act: films.Act) -> list[tuple[float, Json]]:
    return [(scene["at"], scene) for scene in act.events]


def late(act: films.Act, delays: dict[str, float]) -> list[tuple[float, Json]]:
    """Each watch some time behind."""
    moved = [(at + delays[stream_of(scene)], scene) for at, scene in as_filmed(act)]
    return sorted(moved, key=lambda event: event[0])


def shuffled(act: films.Act, seed: int) -> list[tuple[float, Json]]:
    """The watches in any order among each other, each in its own, and no time at all between the events."""
    chance, at = random.Random(seed), act.written["at"]
    streams = [[scene for scene in act.events if stream_of(scene) == name] for name in STREAMS]
    merged = []
    while any(streams):
        stream = chance.choices(streams, weights=[len(each) for each in streams])[0]
        merged.append((at, stream.pop(0)))
    return merged


STREAMS = ("workload", "revisions", "pods", "events")


def stream_of(scene: Json) -> str:
    """Which watch told it."""
    return {"ReplicaSet": "revisions", "ControllerRevision": "revisions", "Pod": "pods", "Event": "events"}.get(
        scene["object"]["kind"], "workload"
    )


def rolled_out(item: Json) -> bool:
    """What `kubectl rollout status` would say of it, read from the status alone."""
    spec, status = item["spec"], item["status"]
    if status.get("observedGeneration", -1) < item["metadata"]["generation"] or spec.get("paused"):
        return False
    if item["kind"] == "DaemonSet":
        wanted = status["desiredNumberScheduled"]
        return status.get("updatedNumberScheduled", 0) >= wanted <= status.get("numberAvailable", 0)
    updated = status.get("updatedReplicas", 0)
    if item["kind"] == "StatefulSet":
        kept = (spec["updateStrategy"].get("rollingUpdate") or {}).get("partition", 0)
        return updated >= spec["replicas"] - kept and status.get("readyReplicas", 0) >= spec["replicas"]
    return updated >= spec["replicas"] and status.get("replicas", 0) <= updated <= status.get("availableReplicas", 0)


def no_false_success(looks: t.Iterable[Look], act: films.Act) -> list[Look]:
    seen = []
    for look in looks:
        seen.append(look)
        _at, found, stage = look
        if found.phase == "complete":
            assert rolled_out(stage.objects[(act.film.reference.kind, act.film.reference.name)]), found.message
    return seen


def causes(looks: t.Iterable[Look]) -> list[str]:
    """The code of each look that said that it failed."""
    return [found.cause.code if found.cause else "" for _at, found, _stage in looks if found.phase == "failed"]


def test_every_plan_has_its_film_and_every_film_its_plan() -> None:
    assert set(NAMES) == set(record.PLANS)


@pytest.mark.parametrize("name", GOOD)
def test_a_good_rollout_never_fails_and_is_complete_when_kubectl_says_so(name: str) -> None:
    act = ACTS[name]
    looks = no_false_success(watched(act, as_filmed(act), act.ending), act)
    assert [found.message for _at, found, _stage in looks if found.phase == "failed"] == []
    assert looks[-1][1].phase == "complete"


@pytest.mark.parametrize("name", BAD)
def test_a_bad_rollout_is_never_complete_and_fails_by_its_cause(name: str) -> None:
    act = ACTS[name]
    phases: list[str] = []
    for _at, found, _stage in watched(act, as_filmed(act), act.ending):
        phases.append(found.phase)
        if found.phase == "failed":
            assert found.cause is not None
            assert (found.cause.code, found.cause.severity) == (act.ends, "terminal")
            break
    assert phases[-1] == "failed"
    assert "complete" not in phases


@pytest.mark.parametrize("name", ACTS)
@given(delays=st.fixed_dictionaries({name: st.floats(0, 2) for name in STREAMS}))
@settings(max_examples=8)
def test_watches_that_are_late_change_the_moment_not_the_verdict(name: str, delays: dict[str, float]) -> None:
    act = ACTS[name]
    looks = no_false_success(watched(act, late(act, delays), act.ending + 2.5), act)
    failed = causes(looks)
    if act.ends == "complete":
        assert failed == []
        assert looks[-1][1].phase == "complete"
    else:
        assert failed[0] == act.ends


@pytest.mark.parametrize("name", ACTS)
@given(seed=st.integers(0, 2**32))
@settings(max_examples=8)
def test_no_order_of_the_watches_makes_a_false_success_or_a_false_failure(name: str, seed: int) -> None:
    act = ACTS[name]
    events = shuffled(act, seed)
    looks = no_false_success(watched(act, events, events[-1][0]), act)
    assert set(causes(looks)) <= ({act.ends} - {"complete"}) | UNTOLD.get(name, set())
