# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.steady.rollout.plugins.module_utils._rollout.report import gated
from ansible_collections.steady.rollout.plugins.module_utils._rollout.report.story import Story, story_of
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._rollout.report import examples


def test_gates_show_their_measurements() -> None:
    told = gated.section(story_of(examples.day()[0], {}), "g", {})
    assert "requests 500; failed requests 0; latency ms p50 3.1; latency ms p99 12.0" in told
    assert 'class="badge is-good">passed' in told


def test_what_a_gate_got_each_second_is_a_picture_and_a_table() -> None:
    release = examples.told("upgrade", 5)
    release["gates"] = [{"gate": "http", "state": "passed", "measurement": examples.traffic([release], 12)}]
    told = gated.section(story_of(release, {}), "g", {"1.0": "v0", "2.0": "v1"})
    assert "<h3>What gate http got</h3>" in told
    assert told.count('role="img"') == 2
    assert 'id="g-1-share' in told
    assert "stopped early" not in told and "elapsed" not in told


def test_two_sides_that_were_compared_stand_side_by_side() -> None:
    measurement = {
        "new": {"requests": 300, "failed_requests": 7, "latency_ms": {"p99": 40.0}},
        "old": {"requests": 300, "failed_requests": 0, "latency_ms": {"p99": 12.0}},
    }
    gates = ({"gate": "compare", "state": "failed", "message": "worse", "measurement": measurement},)
    told = gated.section(Story("Deployment shop/app", "", "failed", before="1.0", asked="2.0", gates=gates), "g", {})
    assert "Gate compare: both sides" in told
    assert 'class="n">2.0</th>' in told and 'class="n">1.0</th>' in told
    assert '<td class="n">7</td><td class="n">0</td>' in told
    assert '<td class="n">40.0</td><td class="n">12.0</td>' in told


def test_a_rollout_without_gates_has_none() -> None:
    assert gated.section(Story("", "", "complete"), "g", {}) == ""
