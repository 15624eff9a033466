# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.modules import workload_deploy
from ansible_collections.steady.rollout.tests.unit.films import record
from ansible_collections.steady.rollout.tests.unit.films.replay import show

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.tests.unit.plugins.modules.conftest import Play


def test_a_deployment_is_told_as_a_result(play: Play) -> None:
    stage = show("deploy")
    result = play(workload_deploy, stage, definition=record.manifest(stage.film.reference, "registry.lab:5000/app:1.0"))
    assert (result["changed"], result["before"], result["after"]["version"]) == (True, {}, "1.0")


def test_a_definition_that_is_not_whole_is_one_sentence(play: Play) -> None:
    stage = show("deploy")
    result = play(workload_deploy, stage, definition={"kind": "Deployment"})
    assert result["msg"] == "definition lacks metadata.name, metadata.namespace. Nothing was changed."
    assert stage.cluster.bodies == []
