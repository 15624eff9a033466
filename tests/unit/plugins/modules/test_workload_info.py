# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._ansible import connected
from ansible_collections.steady.rollout.plugins.modules import workload_info
from ansible_collections.steady.rollout.tests.unit.films.replay import show

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.tests.unit.plugins.modules.conftest import Play


def test_info_is_told_and_nothing_is_written(play: Play) -> None:
    stage = show("rollback")
    result = play(workload_info, stage)
    assert not result["changed"]
    (found,) = result["workloads"]
    assert [entry["version"] for entry in found["history"]] == ["2.0", "1.0"]
    assert stage.cluster.bodies == []


def test_without_a_name_all_of_the_namespace_are_told(play: Play) -> None:
    assert len(play(workload_info, show("upgrade"), name="")["workloads"]) == 1


def test_an_unknown_workload_is_one_sentence(play: Play) -> None:
    assert play(workload_info, show("upgrade"), name="ghost")["msg"] == "There is no Deployment shop/ghost."


def test_a_way_to_the_server_that_is_not_safe_is_warned_of(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    warned: list[str] = []
    monkeypatch.setattr(connected, "warn", warned.append)
    stage = show("upgrade")
    play(workload_info, stage)
    assert warned == []
    stage.cluster.caution = "The certificate is not checked."
    play(workload_info, stage)
    assert warned == ["The certificate is not checked."]


def test_a_table_comes_along(play: Play) -> None:
    titles, line = play(workload_info, show("rollback"), name="", namespace="")["table"]
    assert titles.startswith("NAMESPACE  KIND        NAME  VERSION  READY  STATUS")
    assert line.startswith("shop       Deployment  app   ")


def test_several_kinds_are_told_at_once(play: Play) -> None:
    told = play(workload_info, show("upgrade"), name="", kinds=["Deployment", "DaemonSet"])
    assert [found["kind"] for found in told["workloads"]] == ["Deployment"]


@pytest.mark.parametrize(
    ("options", "words"),
    [({"namespace": " "}, "namespace is missing"), ({"kinds": ["DaemonSet"]}, "name and kinds exclude each other")],
)
def test_what_cannot_be_meant_is_refused(play: Play, options: dict[str, t.Any], words: str) -> None:
    assert words in play(workload_info, show("upgrade"), **options)["msg"]


def test_a_diagnosis_comes_along_where_it_is_asked_for(play: Play) -> None:
    assert "diagnosis" not in play(workload_info, show("upgrade"))
    assert play(workload_info, show("upgrade"), diagnose=True)["diagnosis"]
