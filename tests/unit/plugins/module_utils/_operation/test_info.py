# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import threading
import typing as t
from dataclasses import replace

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation import info as use_case
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, kinds, leases
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Limits
from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import DEPLOYMENT, Scope
from ansible_collections.steady.rollout.tests.unit.crossing import Scene
from ansible_collections.steady.rollout.tests.unit.films import film as films
from ansible_collections.steady.rollout.tests.unit.films.replay import Show, show

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Cluster

Json = dict[str, t.Any]


def info(*asked: t.Any) -> list[Json]:
    return [case.facts for case in use_case.info(*asked)]


def everything(*asked: t.Any) -> list[Json]:
    return [case.facts for case in use_case.everything(*asked)]


def at_the_end(name: str) -> Show:
    """The film, seen to its end by somebody who does nothing."""
    stage = show(name)
    for scene in films.load(name).scenes:
        if "object" in scene:
            stage.cluster.stage.take(scene)
    return stage


def test_one_workload_is_told_with_its_history() -> None:
    stage = at_the_end("upgrade")
    (found,) = info(stage.ports, "Deployment", "shop", "app", Limits())
    assert (found["name"], found["version"], found["revision"], found["status"]) == ("app", "2.0", 2, "complete")
    assert (found["replicas"], found["ready"], found["available"], found["paused"], found["managed_by"]) == (
        3,
        3,
        3,
        False,
        "",
    )
    assert [(entry["version"], entry["outcome"], entry["current"]) for entry in found["history"]] == [
        ("2.0", "good", True),
        ("1.0", "good", False),
    ]


def test_all_workloads_of_a_namespace_are_told() -> None:
    assert [found["name"] for found in info(at_the_end("upgrade").ports, "Deployment", "shop", "", Limits())] == ["app"]


def test_what_is_wrong_is_told_with_its_cause() -> None:
    (found,) = info(at_the_end("image_not_found_kept").ports, "Deployment", "shop", "app", Limits())
    assert (found["status"], found["message"]) == ("failed", "image not found")
    assert found["findings"][0]["code"] == "image_not_found"


def test_nothing_of_a_template_is_told_but_its_images() -> None:
    (found,) = info(at_the_end("upgrade").ports, "Deployment", "shop", "app", Limits())
    assert "LAME_DUCK" not in str(found)


@pytest.mark.parametrize(
    ("kind", "name", "error"), [("Deployment", "ghost", errors.NotFound), ("Job", "app", errors.InvalidInput)]
)
def test_what_there_is_not_is_refused(kind: str, name: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        info(show("upgrade").ports, kind, "shop", name, Limits())


def held(stage: Show) -> Show:
    """The workload, while another run changes it."""
    claim = leases.Claim(stage.film.reference, "ops@host pid 7 (c0ffee)", "Upgrade of Deployment shop/app to 2.0")
    lease = leases.manifest(claim, stage.clock.now())
    lease["metadata"]["annotations"][leases.PROGRESS] = "1/3 new ready, 2 old left"
    stage.cluster.extra.append(lease)
    return stage


@pytest.mark.parametrize("name", ["app", ""])
def test_who_is_changing_it_is_told_and_how_far_that_run_is(name: str) -> None:
    (found,) = info(held(at_the_end("upgrade")).ports, "Deployment", "shop", name, Limits())
    assert found["running"]["holder"] == "ops@host pid 7 (c0ffee)"
    assert found["running"]["progress"] == "1/3 new ready, 2 old left"


@pytest.mark.parametrize("name", ["app", ""])
def test_nobody_is_told_where_nobody_is_changing_it(name: str) -> None:
    (found,) = info(at_the_end("upgrade").ports, "Deployment", "shop", name, Limits())
    assert found["running"] == {}


def test_workloads_beside_each_other_keep_their_own() -> None:
    stage = at_the_end("image_not_found_kept")
    alone = info(stage.ports, "Deployment", "shop", "app", Limits())
    assert info(stage.ports, "Deployment", "shop", "", Limits()) == alone


class Counted:
    """A cluster that keeps what was listed."""

    def __init__(self, stage: Show) -> None:
        self.cluster = stage.cluster
        self.asked: list[tuple[str, str]] = []

    def list(self, scope: Scope) -> list[Json]:
        self.asked.append((scope.resource.kind, scope.namespace))
        return self.cluster.list(scope)


def test_each_resource_is_listed_once_whatever_the_kinds() -> None:
    stage = at_the_end("upgrade")
    cluster = Counted(stage)
    ports = replace(stage.ports, cluster=t.cast("Cluster", cluster))
    (found,) = everything(ports, kinds.NAMES, "", Limits())
    assert (found["namespace"], found["name"]) == ("shop", "app")
    assert len(cluster.asked) == len(set(cluster.asked)) == 8
    assert {namespace for _kind, namespace in cluster.asked} == {""}


def test_the_lists_are_asked_for_at_once() -> None:
    """One after the other none of them would pass the barrier."""
    stage = at_the_end("upgrade")
    together = threading.Barrier(5)

    class Patient(Counted):
        def list(self, scope: Scope) -> list[Json]:
            together.wait(10)
            return super().list(scope)

    ports = replace(stage.ports, cluster=t.cast("Cluster", Patient(stage)))
    assert len(everything(ports, ["Deployment"], "shop", Limits())) == 1


def test_namesakes_in_two_namespaces_keep_their_own_lease() -> None:
    stage = held(at_the_end("upgrade"))
    (original,) = stage.cluster.list(Scope(DEPLOYMENT, ""))
    stage.cluster.extra.append({**original, "metadata": {**original["metadata"], "namespace": "test", "uid": "other"}})
    found = everything(stage.ports, ["Deployment"], "", Limits())
    assert [(item["namespace"], bool(item["running"])) for item in found] == [("shop", True), ("test", False)]
    assert [len(item["history"]) for item in found] == [2, 0]


def test_a_kind_asked_for_twice_is_told_once() -> None:
    assert len(everything(at_the_end("upgrade").ports, ["Deployment", "Deployment"], "shop", Limits())) == 1


def test_a_canary_under_way_is_told_with_its_step() -> None:
    scene = Scene()
    scene.upgraded("2.0", {"type": "canary", "steps": [{"weight": 10, "for": "1s", "pause": True}]})
    (found,) = info(scene.ports, "Deployment", "shop", "app", Limits())
    told = found["strategy"]
    assert (told["strategy"], told["version"], told["step"], told["steps"], told["weight"], told["waiting"]) == (
        "canary",
        "2.0",
        1,
        1,
        10,
        True,
    )
    by_name = {each["name"]: each for each in everything(scene.ports, ("Deployment",), "shop", Limits())}
    assert by_name["app"]["strategy"] == told
    assert by_name["app-canary"]["strategy"] == {}
