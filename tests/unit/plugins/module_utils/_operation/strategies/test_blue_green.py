# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation.strategies import blue_green
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic import routes
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic.routes import Fork, Pin
from ansible_collections.steady.rollout.tests.unit import samples
from ansible_collections.steady.rollout.tests.unit.crossing import Scene

Json = dict[str, t.Any]

SHORT: Json = {"type": "blue_green", "keep_for": "2s"}
ONE_GOES: Json = {"spec": {"strategy": {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}}}
URL = "http://127.0.0.1:9/"


def scaler(least: int) -> Json:
    spec = {"scaleTargetRef": {"kind": "Deployment", "name": "app"}, "minReplicas": least, "maxReplicas": 9}
    return {"kind": "HorizontalPodAutoscaler", "metadata": {"name": "app"}, "spec": spec}


def quota(hard: int) -> Json:
    amounts = {"hard": {"pods": str(hard)}, "used": {"pods": "2"}}
    return {"kind": "ResourceQuota", "metadata": {"name": "small"}, "spec": {}, "status": amounts}


def test_a_plain_word_is_enough() -> None:
    found = blue_green.read({}, "strategy")
    assert [(step.name, step.weight, step.seconds, step.pause) for step in found.steps] == [
        ("preview", 0, 0.0, False),
        ("switch", 100, 30.0, False),
    ]
    assert [step.pods(3) for step in found.steps] == [3, 3]


def test_all_options_are_read() -> None:
    preview = {"header": {"name": "x-preview", "value": "yes"}}
    gates = {"gates": [{"http": URL}], "keep_gates": [{"stable_for": "1s"}]}
    given = {"route": "shop", "service": "app", "keep_for": "10m", "pause": True, "preview": preview, **gates}
    found = blue_green.read(given, "strategy")
    assert (found.route, found.service, found.match) == ("shop", "app", Pin("x-preview", "yes"))
    assert [step.pause for step in found.steps] == [True, False]
    assert [gate.where for step in found.steps for gate in step.gates] == [
        "strategy.gates[0].http",
        "strategy.keep_gates[0].stable_for",
    ]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"keep_four": "1s"}, r"strategy.keep_four: there is no such option; keep_for is meant"),
        ({"keep_for": "soon"}, r"strategy.keep_for: 'soon' is not a length of time"),
        ({"preview": "x"}, r"strategy.preview: write"),
        ({"keep_gates": [{"http": {}}]}, r"strategy.keep_gates\[0\]"),
    ],
)
def test_bad_input_is_named_by_its_place(given: Json, words: str) -> None:
    with pytest.raises(errors.InvalidInput, match=words):
        blue_green.read(given, "strategy")


@pytest.mark.parametrize(
    ("preview", "place", "headers"),
    [
        (None, "headers", {"steady-rollout-track": "new-1"}),
        ({"header": {"name": "x-preview", "value": "yes"}}, "headers", {"x-preview": "yes"}),
        ({"cookie": {"name": "colour", "value": "green"}}, "secret_headers", {"Cookie": "colour=green"}),
    ],
)
def test_a_probe_before_the_switch_asks_the_preview(preview: Json | None, place: str, headers: Json) -> None:
    found = blue_green.read({"gates": [{"http": URL}], **({"preview": preview} if preview else {})}, "strategy")
    fork = found.forked(Fork("shop", "app", "app", "app-blue-green"), "1")
    before, after = found.steps
    asked = before.gates[0].options
    assert found.aimed(before, asked, fork)[place] == headers
    own = {**asked, place: {"x-own": "1"}}
    assert found.aimed(before, own, fork)[place] == {**headers, "x-own": "1"}
    assert found.aimed(after, asked, fork) == {**asked, "delay": 3.0}
    assert found.aimed(after, {**asked, "delay": 9.0}, fork) == {**asked, "delay": 9.0}
    assert found.aimed(after, {"for": 1.0}, fork) == {"for": 1.0}


def test_all_requests_go_over_in_one_patch_and_come_back_in_one() -> None:
    scene = Scene()
    before = scene.street.rules_
    outcome = scene.upgraded("2.0", SHORT)
    assert (outcome.failed, outcome.changed, scene.version) == (False, True, "2.0")
    assert outcome.message == "Deployment shop/app upgraded from 1.0 to 2.0 by blue_green."
    shares = [share for share in scene.street.shares if set(share) == {"app", "app-blue-green"}]
    assert [share for share, _same in itertools.groupby(shares)] == [
        {"app": 100, "app-blue-green": 0},
        {"app": 0, "app-blue-green": 100},
    ]
    assert scene.street.rules_ == before
    assert scene.names("Deployment") == ["app"]
    assert scene.names("Service") == ["app"]


def test_testers_see_it_before_the_switch_and_approval_switches() -> None:
    scene = Scene()
    preview = {"header": {"name": "x-preview", "value": "yes"}}
    strategy = {**SHORT, "pause": True, "preview": preview}
    first = scene.upgraded("2.0", strategy)
    assert (first.status, first.changed, scene.version) == ("waiting", True, "1.0")
    assert routes.weights_of(scene.street.rules_[-1]) == {"app": 100, "app-blue-green": 0}
    pinned = [header["name"] for match in scene.street.rules_[0]["matches"] for header in match["headers"]]
    assert pinned == ["steady-rollout-track", "x-preview"]
    again = scene.upgraded("2.0", strategy)
    assert (again.status, again.changed) == ("waiting", False)
    last = scene.upgraded("2.0", strategy, promote=True)
    assert (last.status, last.changed, scene.version) == ("complete", True, "2.0")
    assert scene.names("Deployment") == ["app"]


def test_a_new_colour_that_never_runs_gets_no_request() -> None:
    scene = Scene()
    before = scene.street.rules_
    outcome = scene.upgraded("9.9", SHORT)
    assert outcome.failed
    assert "at step 1 of 2" in outcome.message
    assert all(share.get("app-blue-green", 0) == 0 for share in scene.street.shares)
    assert (scene.street.rules_, scene.names("Deployment"), scene.version) == (before, ["app"], "1.0")


def test_what_fails_after_the_switch_is_back_in_one_patch_and_drains_before_it_goes() -> None:
    scene = Scene()
    scene.street.spoils_at = 100
    outcome = scene.upgraded("2.0", SHORT, timeout=5)
    assert (outcome.failed, scene.version, scene.names("Deployment")) == (True, "1.0", ["app"])
    assert "at step 2 of 2" in outcome.message
    back = scene.street.writes.index("delete Service app-blue-green") - 1
    assert scene.street.writes[back] == "patch HTTPRoute app"
    told = {entry["text"].partition(":")[0]: entry["seconds"] for entry in outcome.timeline}
    assert told["blue_green removed"] - told["all requests go to app"] >= 5


def test_killed_after_any_write_the_same_command_goes_on() -> None:
    for after in range(1, 40):
        scene = Scene()
        before = scene.street.rules_
        if not scene.killed(after, "2.0", SHORT):
            break
        outcome = scene.upgraded("2.0", SHORT)
        assert (outcome.failed, scene.version) == (False, "2.0"), after
        assert (scene.street.rules_, scene.names("Deployment")) == (before, ["app"]), after
    assert after > 8


def test_killed_after_the_switch_the_version_before_is_one_patch_away() -> None:
    scene = Scene()
    before = scene.street.rules_
    while True:
        assert scene.killed(1, "2.0", SHORT)
        if routes.weights_of(scene.street.rules_[-1]).get("app") == 0:
            break
    writes = len(scene.street.writes)
    outcome = scene.upgraded("1.0", SHORT)
    assert (outcome.failed, scene.version, scene.street.rules_) == (False, "1.0", before)
    assert scene.street.writes[writes] == "patch HTTPRoute app"
    assert scene.names("Deployment") == ["app"]


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (scaler(1), "may go down to 1 pods, and would while all requests are at the new version"),
        (quota(5), "ResourceQuota small has no room for 4 more pods: pods 2 of 5 used, 4 more needed"),
    ],
)
def test_what_leaves_no_way_back_is_refused_before_the_first_write(item: Json, words: str) -> None:
    scene = Scene(deployment=ONE_GOES)
    scene.street.objects_[(item["kind"], item["metadata"]["name"])] = item
    with pytest.raises(errors.Refused, match=words):
        scene.upgraded("2.0", SHORT)
    assert (scene.street.writes, scene.street.tried) == ([], [])


@pytest.mark.parametrize("item", [scaler(3), quota(6)])
def test_an_autoscaler_that_keeps_them_and_a_quota_with_room_are_fine(item: Json) -> None:
    scene = Scene(deployment=ONE_GOES)
    scene.street.objects_[(item["kind"], item["metadata"]["name"])] = item
    assert not scene.upgraded("2.0", SHORT).failed


def test_another_kind_is_refused() -> None:
    recreated = samples.having(samples.recorded("routed_deployment"), {"spec": {"strategy": {"type": "Recreate"}}})
    scene = Scene(deployment={"spec": {"strategy": {**recreated["spec"]["strategy"], "rollingUpdate": None}}})
    with pytest.raises(errors.Refused, match="Recreate"):
        scene.upgraded("2.0", SHORT)
