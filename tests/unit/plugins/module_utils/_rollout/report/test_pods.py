# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.steady.rollout.plugins.module_utils._rollout.report import pods
from ansible_collections.steady.rollout.plugins.module_utils._rollout.report.story import Moment, Story, story_of
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._rollout.report import examples


def test_new_pods_take_the_place_of_old_ones() -> None:
    found = pods.counts(story_of(examples.told("upgrade"), {}))
    assert (found[0].new, found[0].old, found[0].wanted) == (0, 3, 3)
    assert (found[-1].new, found[-1].old, found[-1].back) == (3, 0, False)


def test_on_the_way_back_the_version_before_grows_again() -> None:
    found = pods.counts(story_of(examples.told("image_not_found"), {}))
    assert found[-1].back and (found[-1].new, found[-1].old) == (0, 3)
    assert "rolling back" in pods.figure(story_of(examples.told("image_not_found"), {}), "p", {})


def test_without_counts_there_is_no_picture() -> None:
    assert pods.figure(Story("Job shop/import", "", "complete", moments=(Moment(0.0, "began"),)), "p", {}) == ""


def test_the_picture_is_also_a_table() -> None:
    drawn = pods.figure(story_of(examples.told("restart"), {}), "p", {"1.0": "v0"})
    assert "v0 waiting" in drawn and "1.0 (new), ready" in drawn and "<table>" in drawn
