# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation import deploy
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._rollout import configuration, errors, objects
from ansible_collections.steady.rollout.tests.unit import samples
from ansible_collections.steady.rollout.tests.unit.films import record, twists
from ansible_collections.steady.rollout.tests.unit.films.replay import Show, show

Json = dict[str, t.Any]

CONFIG: Json = {"settings": {"data": {"GREETING": "hello"}}}
ITEM = configuration.parse("config", CONFIG, samples.REFERENCE)[0]
OLD = configuration.parse("config", {"settings": {"data": {"GREETING": "old"}}}, samples.REFERENCE)[0]


def stage_of(film: str = "deploy", *there: Json) -> Show:
    stage = show(film, twists.naming(ITEM.full_name))
    stage.cluster.extra = list(there)
    return stage


def deployed(stage: Show, given: Json | None = None, **settings: t.Any) -> Outcome:
    wanted = record.manifest(
        stage.film.reference, "registry.lab:5000/app:1.0", envFrom=[{"configMapRef": {"name": "settings"}}]
    )
    return deploy.deploy(stage.ports, wanted, Settings(**settings), configuration=given or {"config": CONFIG})


def left_over(item: configuration.Item) -> Json:
    """As a run leaves it that was killed before the workload was there to own it."""
    return samples.having(item.manifest(samples.REFERENCE, None), {"metadata": {"uid": item.full_name}})


def test_configuration_is_written_before_the_template_that_names_it_and_then_given_its_owner() -> None:
    stage = stage_of()
    outcome = deployed(stage)
    made, workload, owned = stage.cluster.bodies[:3]
    assert [made["kind"], workload["kind"], owned["kind"]] == ["ConfigMap", "Deployment", "ConfigMap"]
    assert made["metadata"]["name"] == ITEM.full_name
    container = objects.spec(objects.template(workload))["containers"][0]
    assert container["envFrom"] == [{"configMapRef": {"name": ITEM.full_name}}]
    assert owned["metadata"]["ownerReferences"][0]["kind"] == "Deployment"
    assert (outcome.failed, stage.cluster.deleted) == (False, [])


def test_check_mode_only_tries() -> None:
    stage = stage_of()
    outcome = deployed(stage, dry_run=True)
    assert stage.cluster.bodies == []
    assert [body["kind"] for body in stage.cluster.tried] == ["Deployment", "ConfigMap", "Deployment"]
    assert '"GREETING": "hello"' in outcome.diff["after"]


def test_what_the_server_refuses_is_refused_before_any_configuration_is_written() -> None:
    stage = stage_of()
    stage.cluster.troubles = [errors.Rejected("no")]
    with pytest.raises(errors.Rejected):
        deployed(stage)
    assert stage.cluster.bodies == []


def test_after_a_good_rollout_only_what_a_revision_names_is_kept() -> None:
    stage = stage_of("deploy", left_over(OLD))
    deployed(stage)
    assert stage.cluster.deleted == [f"ConfigMap {OLD.full_name}"]
    assert f"removed ConfigMap {OLD.full_name}: no revision names it any more" in str(stage.heard.lines)


def test_clearing_that_is_refused_does_not_fail_the_rollout(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = stage_of("deploy", left_over(OLD))

    def refuse(*_what: t.Any, **_more: t.Any) -> None:
        raise errors.Forbidden("may not delete")

    monkeypatch.setattr(stage.cluster, "delete", refuse)
    assert not deployed(stage).failed
    assert "what no revision names any more was left: may not delete" in str(stage.heard.lines)


def test_an_option_that_is_not_given_leaves_its_kind_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = stage_of("deploy")
    seen: list[str] = []
    real = stage.cluster.list
    monkeypatch.setattr(stage.cluster, "list", lambda scope: (seen.append(scope.resource.kind), real(scope))[1])
    deployed(stage)
    assert "ConfigMap" in seen
    assert "Secret" not in seen


def test_a_name_that_the_template_does_not_refer_to_is_refused() -> None:
    stage = stage_of()
    with pytest.raises(
        errors.InvalidInput, match=r"config\.other: nothing in the pod template refers to ConfigMap other"
    ):
        deployed(stage, {"config": {**CONFIG, "other": {"data": {}}}})
    assert stage.cluster.bodies == []
