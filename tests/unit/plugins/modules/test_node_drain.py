# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.modules import node_drain
from ansible_collections.steady.rollout.tests.unit.ward import NODE, Ward, pod

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.tests.unit.plugins.modules.conftest import Play


class Stage:
    """A ward as the modules' tests want a cluster."""

    def __init__(self, ward: Ward) -> None:
        self.cluster, self.clock = ward, ward.clock


def test_a_drain_is_told_as_a_result(play: Play) -> None:
    ward = Ward(pod("app-1"))
    result = play(node_drain, t.cast(t.Any, Stage(ward)), name=NODE)
    assert (result["changed"], result["evicted"]) == (True, ["shop/app-1"])
    assert "It stays cordoned" in result["msg"]
    assert len(result["staying"]) == 1


def test_what_may_be_lost_is_said_by_options(play: Play) -> None:
    alone = pod("app-1", {"metadata": {"ownerReferences": None}})
    refused = play(node_drain, t.cast(t.Any, Stage(Ward(alone))), name=NODE)
    assert refused["failed"] and "force: true" in refused["msg"]
    assert play(node_drain, t.cast(t.Any, Stage(Ward(alone))), name=NODE, force=True)["evicted"] == ["shop/app-1"]


def test_a_grace_period_cannot_be_negative(play: Play) -> None:
    result = play(node_drain, t.cast(t.Any, Stage(Ward())), name=NODE, grace_period=-1)
    assert result["msg"] == "grace_period: -1 is not possible, write 0 or more, or leave it out."
