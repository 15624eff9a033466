# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic import watching
from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects, resources
from ansible_collections.steady.rollout.tests.unit.crossing import Scene

SERVICES = resources.Scope(resources.SERVICE, "shop")


class Away:
    """A feed without objects that wakes each second and cannot reach the API server for a while."""

    def __init__(self, scene: Scene, since: float, for_: float) -> None:
        self.scene, self.since, self.back = scene, since, since + for_

    def objects(self, _scope: resources.Scope) -> list[dict[str, t.Any]]:
        return []

    def trouble(self) -> str:
        return "connection refused" if self.since <= self.scene.clock.at < self.back else ""

    def wait(self, timeout: float) -> bool:
        self.scene.clock.at += min(timeout, 1.0)
        return False

    def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize(("outage", "ends"), [(5, 10 + 5 + 60), (3600, watching.OUTAGE + 60)])
def test_seconds_count_anew_once_the_api_server_is_back(
    outage: float, ends: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = Scene()
    monkeypatch.setattr(scene.ports.cluster, "open_feed", lambda _scopes: Away(scene, 10, outage))
    assert watching.until(scene.ports, (SERVICES,), lambda _seen: "endpoints", 60) == "endpoints"
    assert scene.clock.at == ends


def test_time_passes_without_the_api_server() -> None:
    scene = Scene()
    feed = Away(scene, 0, 3600)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(scene.ports.cluster, "open_feed", lambda _scopes: feed)
        watching.let_pass(scene.ports, (SERVICES,), 5)
    assert scene.clock.at == 5


def test_it_ends_as_soon_as_nothing_is_missing() -> None:
    scene = Scene()
    names: list[str] = []
    missing = watching.until(
        scene.ports, (SERVICES,), lambda seen: names.extend(map(objects.name, seen(SERVICES))) or "", 60
    )
    assert (missing, names, scene.clock.at) == ("", ["app"], 0)


def test_what_is_missing_at_the_end_is_told() -> None:
    scene = Scene()
    assert watching.until(scene.ports, (SERVICES,), lambda _seen: "a moon", 60) == "a moon"
    assert scene.clock.at >= 60


def test_time_passes() -> None:
    scene = Scene()
    watching.let_pass(scene.ports, (SERVICES,), 5)
    assert scene.clock.at >= 5
    watching.let_pass(scene.ports, (SERVICES,), 0)
    assert scene.clock.at < 6
