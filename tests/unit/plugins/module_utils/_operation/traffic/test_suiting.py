# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._operation.operate import start
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Settings
from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic import suiting
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference
from ansible_collections.steady.rollout.tests.unit import samples
from ansible_collections.steady.rollout.tests.unit.crossing import REFERENCE, Scene

Json = dict[str, t.Any]

DEPLOYMENT = samples.recorded("routed_deployment")


def test_a_deployment_that_rolls_is_suited_and_another_kind_is_not() -> None:
    ports = Scene().ports
    assert suiting.unsuited(start(ports, REFERENCE, Settings()), DEPLOYMENT, "canary") == ""
    other = start(ports, Reference("StatefulSet", "shop", "app"), Settings())
    assert suiting.unsuited(other, DEPLOYMENT, "canary").startswith("a canary takes a Deployment")


def test_the_surge_of_the_deployments_own_roll_needs_room_too() -> None:
    scene = Scene()
    status = {"hard": {"pods": "6"}, "used": {"pods": "3"}}
    scene.street.objects_["ResourceQuota", "room"] = {
        "kind": "ResourceQuota",
        "metadata": {"name": "room"},
        "status": status,
    }
    roll = start(scene.ports, REFERENCE, Settings())
    template = DEPLOYMENT["spec"]["template"]
    assert [suiting.crowded(roll, DEPLOYMENT, template, more) == "" for more in (2, 3)] == [True, False]
