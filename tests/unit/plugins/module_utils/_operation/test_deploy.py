# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation import deploy
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.tests.unit import samples
from ansible_collections.steady.rollout.tests.unit.crossing import REFERENCE, Scene
from ansible_collections.steady.rollout.tests.unit.films import record, twists
from ansible_collections.steady.rollout.tests.unit.films.replay import Show, show

Json = dict[str, t.Any]


def deployed(stage: Show, manifest: Json | None = None, *, force_conflicts: bool = False, **settings: t.Any) -> Outcome:
    wanted = manifest or record.manifest(stage.film.reference, "registry.lab:5000/app:1.0")
    return deploy.deploy(stage.ports, wanted, Settings(**settings), force_conflicts=force_conflicts)


def test_a_new_workload_is_made_and_waited_for() -> None:
    stage = show("deploy")
    outcome = deployed(stage)
    assert outcome.message == "Deployment shop/app deployed at 1.0."
    assert (outcome.changed, outcome.before, outcome.after["revision"]) == (True, {}, 1)
    assert stage.cluster.bodies[0]["metadata"]["annotations"] == {"kubernetes.io/change-cause": "deploy 1.0"}


def test_check_mode_only_tries() -> None:
    stage = show("deploy")
    outcome = deployed(stage, dry_run=True)
    assert outcome.message == "Deployment shop/app would be deployed at 1.0."
    assert (stage.cluster.bodies, len(stage.cluster.tried), stage.cluster.opened) == ([], 1, 0)


def test_the_manifests_own_annotations_win() -> None:
    stage = show("deploy")
    wanted = record.manifest(stage.film.reference, "registry.lab:5000/app:1.0")
    wanted["metadata"]["annotations"] = {"kubernetes.io/change-cause": "mine", "note": "x"}
    deployed(stage, wanted)
    assert stage.cluster.bodies[0]["metadata"]["annotations"] == {"kubernetes.io/change-cause": "mine", "note": "x"}


@pytest.mark.parametrize(
    ("managers", "force_conflicts", "forced"),
    [(("steady.rollout",), False, [True]), ((), True, [True])],
    ids=["our own", "on demand"],
)
def test_fields_are_taken_over_when_they_are_our_own_or_on_demand(
    managers: tuple[str, ...], force_conflicts: bool, forced: list[bool]
) -> None:
    stage = show("deploy")
    stage.cluster.troubles = [errors.Conflict("taken", managers)] if managers else []
    deployed(stage, force_conflicts=force_conflicts)
    assert [body.get("force", False) for body in stage.cluster.bodies[:1]] == forced


@pytest.mark.parametrize("managers", [("helm",), ("steady.rollout", "kubectl"), ()])
def test_fields_of_others_are_left_alone(managers: tuple[str, ...]) -> None:
    stage = show("deploy")
    stage.cluster.troubles = [errors.Conflict("Cannot apply: other field managers own fields of it", managers)]
    with pytest.raises(errors.Conflict, match="other field managers"):
        deployed(stage)
    assert stage.cluster.bodies == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": None}, "definition lacks kind"),
        ({"metadata": None}, "definition lacks metadata.name, metadata.namespace"),
        ({"metadata": {"namespace": None}}, "definition lacks metadata.namespace"),
        ({"kind": "Job"}, "a Job cannot be rolled here: it has no revisions"),
        ({"spec": None}, "has no spec.template.spec.containers"),
        ({"spec": {"template": {"spec": {"containers": []}}}}, "has no spec.template.spec.containers"),
        ({"spec": {"template": {"spec": {"containers": [{"image": "a:1"}]}}}}, "has a container without a name"),
        ({"spec": {"template": {"spec": {"containers": [{"name": "app"}]}}}}, "image '' cannot be parsed"),
        (
            {"spec": {"template": {"spec": {"containers": [{"name": "app", "image": "A:1"}]}}}},
            "image 'A:1' cannot be parsed",
        ),
    ],
)
def test_a_definition_that_is_not_whole_is_refused_in_one_sentence(changes: Json, words: str) -> None:
    stage = show("deploy")
    whole = record.manifest(stage.film.reference, "registry.lab:5000/app:1.0")
    with pytest.raises(errors.InvalidInput, match=words):
        deployed(stage, samples.having(whole, changes))
    assert stage.cluster.bodies == []


def test_replicas_are_never_sent_where_an_autoscaler_owns_them() -> None:
    stage = show("quota")
    target = {"kind": "Deployment", "name": "app"}
    stage.cluster.extra = [
        {
            "kind": "HorizontalPodAutoscaler",
            "metadata": {"name": "busy"},
            "spec": {"scaleTargetRef": target, "maxReplicas": 9},
        }
    ]
    with pytest.raises(
        errors.Refused, match=r"HorizontalPodAutoscaler busy .* Leave spec\.replicas out of the definition\."
    ):
        deployed(stage)
    assert stage.cluster.bodies == []


def test_a_paused_workload_is_refused() -> None:
    stage = show("quota", twists.beginning_with(spec={"paused": True}))
    with pytest.raises(errors.Refused, match="it is paused"):
        deployed(stage)


def test_a_canary_that_is_under_way_is_not_disturbed_by_another_manifest() -> None:
    scene = Scene()
    scene.upgraded("2.0", {"type": "canary", "steps": [{"weight": 10, "for": "1s", "pause": True}]})
    present = scene.street.objects_[("Deployment", "app")]
    manifest = record.manifest(REFERENCE, "registry.lab:5000/app:1.0")
    answers = iter([present, samples.having(present, {"spec": {"minReadySeconds": 1}})])
    scene.street.apply = lambda *_args, **_options: next(answers)  # type: ignore[method-assign]
    assert not deploy.deploy(scene.ports, manifest, Settings()).changed
    writes = list(scene.street.writes)
    with pytest.raises(errors.Refused, match="app was not changed: its canary of 2.0 is under way"):
        deploy.deploy(scene.ports, manifest, Settings())
    assert scene.street.writes == writes
