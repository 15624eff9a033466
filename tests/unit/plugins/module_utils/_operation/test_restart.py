# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._operation.restart import restart
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.tests.unit.crossing import REFERENCE, Scene
from ansible_collections.steady.rollout.tests.unit.films.replay import Show, show
from ansible_collections.steady.rollout.tests.unit.samples import having

MARK = "kubectl.kubernetes.io/restartedAt"


def restarted(stage: Show, **settings: object) -> Outcome:
    return restart(stage.ports, stage.film.reference, Settings(**settings))  # type: ignore[arg-type]


def test_a_restart_is_waited_for_and_keeps_the_version() -> None:
    stage = show("restart")
    outcome = restarted(stage)
    assert outcome.message == "Deployment shop/app restarted on 1.0."
    assert (outcome.changed, outcome.status) == (True, "complete")
    assert (outcome.before["version"], outcome.after["version"]) == ("1.0", "1.0")
    assert outcome.after["revision"] == outcome.before["revision"] + 1


def test_only_the_mark_and_the_cause_are_new() -> None:
    stage = show("restart")
    before = stage.cluster.stage.objects[("Deployment", "app")]["spec"]["template"]
    restarted(stage, change_cause="new settings")
    body = stage.cluster.bodies[0]
    assert body["metadata"]["annotations"] == {"kubernetes.io/change-cause": "new settings"}
    template = {key: value for key, value in body["spec"]["template"].items() if key != "$patch"}
    marked = having(before, {"metadata": {"annotations": {MARK: template["metadata"]["annotations"][MARK]}}})
    assert template == having(marked, {"metadata": {"creationTimestamp": None}})


def test_check_mode_only_tries() -> None:
    stage = show("restart")
    assert restarted(stage, dry_run=True).message == "Deployment shop/app would be restarted on 1.0."
    assert (stage.cluster.bodies, len(stage.cluster.tried)) == ([], 1)


def test_a_paused_one_is_refused() -> None:
    stage = show("resume")
    with pytest.raises(errors.Refused, match="it is paused, so nothing would roll"):
        restarted(stage)
    assert stage.cluster.bodies == []


def test_a_canary_that_is_under_way_is_not_disturbed() -> None:
    scene = Scene()
    scene.upgraded("2.0", {"type": "canary", "steps": [{"weight": 10, "for": "1s", "pause": True}]})
    writes = list(scene.street.writes)
    with pytest.raises(errors.Refused) as refused:
        restart(scene.ports, REFERENCE, Settings())
    assert "app was not changed: its canary of 2.0 is under way, at step 1 of 1, weight 10 of 100" in str(refused.value)
    assert "Go on with it by workload_upgrade with strategy: canary, or end it with workload_rollback." in str(
        refused.value
    )
    assert scene.street.writes == writes
