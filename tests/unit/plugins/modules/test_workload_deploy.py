# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

from ansible.module_utils.common.parameters import PASS_VARS

from ansible_collections.steady.rollout.plugins.module_utils._ansible import module
from ansible_collections.steady.rollout.plugins.modules import workload_deploy
from ansible_collections.steady.rollout.tests.unit.films import record
from ansible_collections.steady.rollout.tests.unit.films.replay import show
from ansible_collections.steady.rollout.tests.unit.masked import shown

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


def test_a_secret_is_neither_shown_nor_makes_the_rest_unreadable(play: Play) -> None:
    """A value that is a word of the result itself stays readable there; one that can be nothing else is blotted out."""
    stage = show("deploy")
    manifest = record.manifest(
        stage.film.reference,
        "registry.lab:5000/app:1.0",
        envFrom=[{"secretRef": {"name": "login"}}],
        command=["serve", "--greeting=Planted-4711"],
    )
    values = {"user": "app", "flag": "1", "key": "Planted-0815", "greeting": "Planted-4711"}
    # Older versions of ansible-core always tell the options, and refuse to be asked.
    asked = {"_ansible_inject_invocation": True} if "inject_invocation" in PASS_VARS else {}
    given = {"definition": manifest, "secrets": {"login": {"string_data": values}}, **asked}
    result = play(workload_deploy, stage, **given)
    assert result["invocation"]["module_args"]["secrets"] == {"login": "(hidden)"}
    after = {"revision": 1, "version": "1.0", "images": {"app": "registry.lab:5000/app:1.0"}}
    # From ansible-core 2.22 on the controller masks each value of a no_log option wherever it occurs, however short.
    by_controller = list(values.values()) if module.register_secrets else []
    assert result["after"] == json.loads(shown(json.dumps({**after, "_ansible_new_secrets": by_controller})))
    assert "Planted-0815" not in str(result)
    assert '"key": "(hidden)"' in result["diff"]["after"]
    kept = next(body for body in stage.cluster.bodies if body["kind"] == "Secret")
    assert sorted(kept["data"]) == sorted(values)
