# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.steady.rollout.plugins.module_utils._rollout.report import weights
from ansible_collections.steady.rollout.plugins.module_utils._rollout.report.story import Story, story_of
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._rollout.report import examples


def test_each_weight_lasts_until_the_next_one() -> None:
    found = weights.shares(story_of(examples.canary(), {}))
    assert [(new, old) for _at, new, old, _text in found] == [(5, 95), (25, 75), (50, 50), (0, 100)]
    drawn = weights.figure(story_of(examples.canary(), {}), "w", {"2.0": "v1"})
    assert "at most 50 %, at the end 0 %" in drawn
    assert "area v1" in drawn


def test_the_picture_is_also_a_table() -> None:
    drawn = weights.figure(story_of(examples.canary(), {}), "w", {})
    assert "Weights of Deployment shop/app" in drawn
    assert '<td class="n">25</td><td class="n">75</td>' in drawn


def test_without_weights_there_is_no_picture() -> None:
    assert weights.figure(story_of(examples.told("upgrade"), {}), "w", {}) == ""


def test_weights_of_nothing_are_a_share_of_nothing() -> None:
    bare = examples.told("upgrade")
    bare["timeline"][0]["weights"] = {"old": 0, "new": 0}
    assert "at most 0 %" in weights.figure(story_of(bare, {}), "w", {})
    assert weights.figure(Story("", "", "complete"), "w", {}) == ""
