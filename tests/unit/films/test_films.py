# SPDX-License-Identifier: GPL-3.0-or-later
"""Every film, judged at every moment, in the order it was taken in and in any other that its watches could have had."""

from __future__ import annotations

import random
import typing as t

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.steady.rollout.plugins.module_utils._rollout import verdict as verdicts
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Limits
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds import deployment
from ansible_collections.steady.rollout.tests.unit.films import film as films

Json = dict[str, t.Any]
Look = tuple[float, verdicts.Verdict, films.Stage]

GOOD = ("deploy", "upgrade", "rollback", "scale_up", "scale_down", "mended_and_scaled", "tight_quota")
BAD = (
    "image_not_found",
    "image_not_found_kept",
    "image_not_found_paused",
    "never_ready",
    "crash_loop",
    "missing_key",
    "unschedulable",
    "quota",
    "no_command",
    "out_of_memory",
)
STREAMS = ("Deployment", "ReplicaSet", "Pod", "Event")
FILMS = {name: films.load(name) for name in (*GOOD, *BAD)}


def watched(film: films.Film, events: t.Iterable[tuple[float, Json]], end: float) -> t.Iterator[Look]:
    """A look at each event, and at each moment at which a verdict said that it may change by itself."""
    stage = films.Stage()
    for scene in film.opening:
        stage.take(scene)
    before = stage.objects.get(("Deployment", film.reference.name))
    written = film.scenes[film.written]
    stage.take({"object": written["object"]})
    aim = verdicts.aim_at(written["object"], before=before, proven=film.name.startswith("scale"))
    limits, memory = Limits(**film.about["limits"]), verdicts.Memory()
    scopes = deployment.scopes(written["object"])

    def look(at: float) -> verdicts.Verdict:
        nonlocal memory
        snapshot = deployment.gather(film.reference, [stage.list(scope) for scope in scopes])
        memory, found = verdicts.judge(deployment, snapshot, aim, memory, limits, at)
        return found

    found = look(written["at"])
    for at, scene in [*events, (end, {})]:
        while found.phase == "progressing" and found.look_again < at:
            found = look(found.look_again)
            yield at, found, stage
        if scene:
            stage.take(scene)
        found = look(at)
        yield at, found, stage


def ending(film: films.Film) -> float:
    """A moment after the next write, or the film's end: what was known then made the operation go on.

    The camera's watches are not the operation's own; either may be the first to know.
    """
    later = film.scenes[film.written + 1 :]
    return next((scene["at"] for scene in later if "body" in scene), film.scenes[-1]["at"]) + 0.5


def as_filmed(film: films.Film) -> list[tuple[float, Json]]:
    return [(scene["at"], scene) for scene in film.act]


def late(film: films.Film, delays: dict[str, float]) -> list[tuple[float, Json]]:
    """Each watch some time behind."""
    moved = [(at + delays[scene["object"]["kind"]], scene) for at, scene in as_filmed(film)]
    return sorted(moved, key=lambda event: event[0])


def shuffled(film: films.Film, seed: int) -> list[tuple[float, Json]]:
    """The watches in any order among each other, each in its own, and no time at all between the events."""
    chance, at = random.Random(seed), film.scenes[film.written]["at"]
    streams = [[scene for scene in film.act if scene["object"]["kind"] == kind] for kind in STREAMS]
    merged = []
    while any(streams):
        stream = chance.choices(streams, weights=[len(each) for each in streams])[0]
        merged.append((at, stream.pop(0)))
    return merged


def rolled_out(stage: films.Stage, name: str) -> bool:
    """What `kubectl rollout status` would say of the Deployment."""
    item = stage.objects[("Deployment", name)]
    spec, status = item["spec"], item["status"]
    if status.get("observedGeneration", -1) < item["metadata"]["generation"] or spec.get("paused"):
        return False
    updated = status.get("updatedReplicas", 0)
    return updated >= spec["replicas"] and status.get("replicas", 0) <= updated <= status.get("availableReplicas", 0)


def no_false_success(looks: t.Iterable[Look], film: films.Film) -> list[Look]:
    seen = []
    for look in looks:
        seen.append(look)
        _at, found, stage = look
        if found.phase == "complete":
            assert rolled_out(stage, film.reference.name), found.message
    return seen


@pytest.mark.parametrize("name", GOOD)
def test_a_good_rollout_never_fails_and_is_complete_when_kubectl_says_so(name: str) -> None:
    film = FILMS[name]
    looks = no_false_success(watched(film, as_filmed(film), ending(film)), film)
    assert [found.message for _at, found, _stage in looks if found.phase == "failed"] == []
    assert looks[-1][1].phase == "complete"


@pytest.mark.parametrize("name", BAD)
def test_a_bad_rollout_is_never_complete_and_fails_by_its_cause(name: str) -> None:
    film = FILMS[name]
    phases: list[str] = []
    for _at, found, _stage in watched(film, as_filmed(film), ending(film)):
        phases.append(found.phase)
        if found.phase == "failed":
            assert found.cause is not None
            assert (found.cause.code, found.cause.severity) == (film.about["ends"], "terminal")
            break
    assert phases[-1] == "failed"
    assert "complete" not in phases


DELAYS = st.fixed_dictionaries({kind: st.floats(0, 2) for kind in STREAMS})


@pytest.mark.parametrize("name", [*GOOD, *BAD])
@given(delays=DELAYS)
@settings(max_examples=8)
def test_watches_that_are_late_change_the_moment_not_the_verdict(name: str, delays: dict[str, float]) -> None:
    film = FILMS[name]
    looks = no_false_success(watched(film, late(film, delays), ending(film) + 2.5), film)
    causes = [found.cause for _at, found, _stage in looks if found.phase == "failed"]
    if name in GOOD:
        assert causes == []
        assert looks[-1][1].phase == "complete"
    else:
        assert causes
        assert causes[0] is not None
        assert causes[0].code == film.about["ends"]


@pytest.mark.parametrize("name", [*GOOD, *BAD])
@given(seed=st.integers(0, 2**32))
@settings(max_examples=8)
def test_no_order_of_the_watches_makes_a_false_success_or_a_false_failure(name: str, seed: int) -> None:
    film = FILMS[name]
    events = shuffled(film, seed)
    looks = no_false_success(watched(film, events, events[-1][0]), film)
    failed = [found.cause for _at, found, _stage in looks if found.phase == "failed"]
    expected = {film.about["ends"]} if name in BAD else set()
    assert {cause.code for cause in failed if cause} <= expected
