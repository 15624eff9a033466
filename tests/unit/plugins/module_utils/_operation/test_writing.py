# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation import reading, writing
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds import deployment
from ansible_collections.steady.rollout.tests.unit import samples
from ansible_collections.steady.rollout.tests.unit.films.replay import Show, show

Json = dict[str, t.Any]

MOVED = errors.Conflict("the object has been modified")


def changed(stage: Show, make: t.Callable[[Json], Json], **options: t.Any) -> tuple[Json, Json]:
    present = reading.workload(stage.cluster, deployment, stage.film.reference)
    return writing.change(stage.cluster, deployment, stage.film.reference, present, make, **options)


def test_a_patch_pins_the_version_of_the_object_it_was_made_for() -> None:
    stage = show("upgrade")
    before, after = changed(stage, lambda _now: {"metadata": {"annotations": {"a": "b"}}, "spec": {"replicas": 1}})
    (body,) = stage.cluster.bodies
    assert body["metadata"] == {"annotations": {"a": "b"}, "resourceVersion": before["metadata"]["resourceVersion"]}
    assert after["metadata"]["generation"] == before["metadata"]["generation"] + 1


def test_a_conflict_means_read_again_and_think_again() -> None:
    stage = show("upgrade")
    stage.cluster.troubles = [MOVED, MOVED]
    thought_about = []

    def make(now: Json) -> Json:
        thought_about.append(now)
        return {"spec": {"replicas": 1}}

    changed(stage, make)
    assert len(thought_about) == 3
    assert len(stage.cluster.bodies) == 1


def test_a_patch_whose_answer_was_lost_is_not_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """It had been carried out, so its repeat meets a newer object: the one that it made itself."""
    stage = show("upgrade")
    wanted = next(scene["object"]["spec"]["template"] for scene in stage.film.scenes if "body" in scene)
    carry_out = stage.cluster.patch

    def lose_the_answer(*arguments: t.Any, **options: t.Any) -> t.NoReturn:
        carry_out(*arguments, **options)
        raise MOVED

    monkeypatch.setattr(stage.cluster, "patch", lose_the_answer)
    before, after = changed(stage, lambda _now: writing.template_patch(wanted, {}))
    assert len(stage.cluster.bodies) == 1
    assert (before["spec"]["template"] == wanted, after["spec"]["template"] == wanted) == (False, True)


@pytest.mark.parametrize(
    ("patch", "holds"),
    [
        ({"spec": {"replicas": 2}}, True),
        ({"spec": {"replicas": 3}}, False),
        ({"spec": {"paused": None}}, True),
        ({"metadata": {"annotations": {"a": "b"}}}, False),
        ({"spec": {"template": {"containers": [{"name": "app"}], "$patch": "replace"}}}, False),
        ({"spec": {"template": {"containers": [{"name": "app", "image": "app:1"}], "$patch": "replace"}}}, True),
        ({"spec": {"template": {"containers": [{"name": "app"}]}}}, True),
        ({"spec": {"template": {"containers": []}}}, False),
    ],
)
def test_only_what_is_there_as_a_whole_counts_as_written(patch: Json, holds: bool) -> None:
    item = {"spec": {"replicas": 2, "template": {"containers": [{"name": "app", "image": "app:1"}]}}}
    assert writing._holds(item, patch) is holds


def test_a_workload_that_never_settles_is_given_up() -> None:
    stage = show("upgrade")
    stage.cluster.troubles = [MOVED] * writing.ATTEMPTS
    with pytest.raises(errors.Conflict, match="kept changing: 10 patches in a row met a newer object"):
        changed(stage, lambda _now: {"spec": {"replicas": 1}})


def test_what_thinking_again_refuses_is_not_written() -> None:
    stage = show("upgrade")
    stage.cluster.troubles = [MOVED]
    answers = iter([{"spec": {"replicas": 1}}])

    def make(_now: Json) -> Json:
        for answer in answers:
            return answer
        raise errors.Refused("somebody paused it")

    with pytest.raises(errors.Refused, match="somebody paused it"):
        changed(stage, make)
    assert stage.cluster.bodies == []


def test_an_empty_patch_writes_nothing() -> None:
    stage = show("upgrade")
    before, after = changed(stage, lambda _now: {})
    assert before == after
    assert stage.cluster.bodies == []


def test_a_dry_run_is_only_tried() -> None:
    stage = show("upgrade")
    changed(stage, lambda _now: {"spec": {"replicas": 1}}, dry_run=True)
    assert (stage.cluster.bodies, len(stage.cluster.tried)) == ([], 1)


def test_a_template_takes_the_place_of_the_present_one_and_nothing_else_of_the_workload_goes() -> None:
    template = samples.workload("2.0")["spec"]["template"]
    assert writing.template_patch(template, {"kubernetes.io/change-cause": "upgrade"}) == {
        "metadata": {"annotations": {"kubernetes.io/change-cause": "upgrade"}},
        "spec": {"template": {**template, "$patch": "replace"}},
    }


@pytest.mark.parametrize(
    ("notes", "patch"),
    [
        ({"mine": "1"}, {}),
        ({"mine": "2"}, {"metadata": {"annotations": {"mine": "2"}}}),
        ({"new": "1"}, {"metadata": {"annotations": {"new": "1"}}}),
        ({}, {}),
    ],
)
def test_annotations_that_are_there_already_are_not_written_again(notes: dict[str, str], patch: Json) -> None:
    assert writing.annotation_patch({"metadata": {"annotations": {"mine": "1"}}}, notes) == patch
