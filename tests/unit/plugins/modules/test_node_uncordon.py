# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.modules import node_uncordon
from ansible_collections.steady.rollout.tests.unit.plugins.modules.test_node_drain import Stage
from ansible_collections.steady.rollout.tests.unit.ward import NODE, Ward

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.tests.unit.plugins.modules.conftest import Play


def test_a_return_is_told_as_a_result(play: Play) -> None:
    ward = Ward()
    ward.change(NODE, {"spec": {"unschedulable": True}})
    result = play(node_uncordon, t.cast(t.Any, Stage(ward)), name=NODE, former_boot_id="another")
    assert (result["changed"], result["msg"], result["results"]) == (True, f"Node {NODE}: it takes pods again.", [])


def test_a_node_that_does_not_boot_fails_it(play: Play) -> None:
    ward = Ward()
    ward.change(NODE, {"spec": {"unschedulable": True}})
    former = ward.node["status"]["nodeInfo"]["bootID"]
    result = play(node_uncordon, t.cast(t.Any, Stage(ward)), name=NODE, former_boot_id=former, timeout="3s")
    assert result["failed"] and "has not told of another boot yet" in result["msg"]
