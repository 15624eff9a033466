# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.modules import workload_upgrade
from ansible_collections.steady.rollout.tests.unit.films.replay import show

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.tests.unit.plugins.modules.conftest import Play


def test_an_upgrade_is_told_as_a_result(play: Play) -> None:
    result = play(workload_upgrade, show("upgrade"), version="2.0")
    assert (result["changed"], result["status"], result["after"]["version"]) == (True, "complete", "2.0")
    assert result["msg"] == "Deployment shop/app upgraded from 1.0 to 2.0."
    assert result["timeline"]
    assert set(result["diff"]) == {"before", "after", "before_header", "after_header"}


def test_images_are_an_other_way_to_say_it(play: Play) -> None:
    result = play(workload_upgrade, show("upgrade"), images={"app": "registry.lab:5000/app:2.0"})
    assert result["after"]["version"] == "2.0"


def test_a_failure_is_the_whole_report(play: Play) -> None:
    result = play(workload_upgrade, show("image_not_found"), version="9.9")
    assert (result["failed"], result["changed"], result["rolled_back"]["version"]) == (True, True, "1.0")
    assert result["findings"][0]["code"] == "image_not_found"
    assert "Rolled back to revision 3" in result["msg"]


def test_check_mode_writes_nothing(play: Play) -> None:
    stage = show("upgrade")
    result = play(workload_upgrade, stage, check=True, version="2.0")
    assert (result["changed"], stage.cluster.bodies) == (True, [])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "Nothing says what to upgrade to"),
        ({"version": ""}, "Nothing says what to upgrade to"),
        ({"version": 2.1}, "is a number, and 2.10 as a number is 2.1"),
        ({"version": "2.0", "images": {"app": "a:1"}}, "mutually exclusive: version|images"),
        ({"images": {"app": "a:1"}, "container": "app"}, "mutually exclusive: images|container"),
        ({"version": "2.0", "kind": "Job"}, "value of kind must be one of: Deployment"),
        ({"version": "2.0", "timeout": "0"}, "timeout: '0' is not possible"),
        ({"version": "2.0", "on_failure": "pray"}, "value of on_failure must be one of: rollback, pause, keep"),
        ({"version": "2.0", "name": "ghost"}, "There is no Deployment shop/ghost"),
    ],
)
def test_bad_input_is_one_sentence_and_nothing_is_written(play: Play, options: dict[str, t.Any], words: str) -> None:
    stage = show("upgrade")
    result = play(workload_upgrade, stage, **options)
    assert result["failed"]
    assert words in result["msg"]
    assert stage.cluster.bodies == []
