# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic import watching
from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects, resources
from ansible_collections.steady.rollout.tests.unit.crossing import Scene

SERVICES = resources.Scope(resources.SERVICE, "shop")


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
