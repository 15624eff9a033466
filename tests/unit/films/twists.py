# SPDX-License-Identifier: GPL-3.0-or-later
"""What could have happened in a film and did not."""

from __future__ import annotations

import copy
import typing as t

Json = dict[str, t.Any]
Twist = t.Callable[[list[Json]], list[Json]]


def stalled(scenes: list[Json]) -> list[Json]:
    """After the first write nothing is ever heard again."""
    return scenes[: _first_write(scenes) + 1]


def superseded(scenes: list[Json]) -> list[Json]:
    """Straight after the first write somebody else writes another template."""
    item = copy.deepcopy(scenes[_first_write(scenes)]["object"])
    item["spec"]["template"]["spec"]["containers"][0]["image"] = "registry.lab:5000/app:somebodys"
    item["metadata"]["managedFields"] = [{"manager": "kubectl-set", "time": "2026-11-23T23:59:59Z"}]
    return _then(scenes, {"type": "MODIFIED", "object": _newer(item)})


def deleted(scenes: list[Json]) -> list[Json]:
    """Straight after the first write somebody deletes the workload."""
    return _then(scenes, {"type": "DELETED", "object": _newer(scenes[_first_write(scenes)]["object"])})


def paused(scenes: list[Json]) -> list[Json]:
    """Straight after the first write somebody pauses the workload."""
    item = copy.deepcopy(scenes[_first_write(scenes)]["object"])
    item["spec"]["paused"] = True
    return _then(scenes, {"type": "MODIFIED", "object": _newer(item)})


def wanting_nothing(scenes: list[Json]) -> list[Json]:
    """The workload wants no pods at all."""
    for scene in scenes:
        if scene.get("object", {}).get("kind") == "Deployment":
            scene["object"]["spec"]["replicas"] = 0
            for count in ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas"):
                scene["object"].get("status", {}).pop(count, None)
    return scenes


def beginning_with(**changes: t.Any) -> Twist:
    """The workload is like that when the operation begins."""

    def twist(scenes: list[Json]) -> list[Json]:
        for scene in scenes[: _first_write(scenes)]:
            if scene.get("object", {}).get("kind") == "Deployment":
                for field, values in changes.items():
                    scene["object"][field].update(values)
        return scenes

    return twist


def naming(config_map: str) -> Twist:
    """Every pod template in it takes its environment from that ConfigMap."""

    def told(value: t.Any) -> t.Any:
        if isinstance(value, list):
            return [told(item) for item in value]
        if not isinstance(value, dict):
            return value
        kept = {key: told(item) for key, item in value.items()}
        if "image" in kept and "name" in kept:
            kept["envFrom"] = [{"configMapRef": {"name": config_map}}]
        return kept

    return lambda scenes: [told(scene) for scene in scenes]


def _first_write(scenes: list[Json]) -> int:
    return next(index for index, scene in enumerate(scenes) if "body" in scene)


def _then(scenes: list[Json], event: Json) -> list[Json]:
    written = _first_write(scenes)
    return [*scenes[: written + 1], {"at": scenes[written]["at"] + 0.5, **event}]


def _newer(item: Json) -> Json:
    return {
        **item,
        "metadata": {**item["metadata"], "resourceVersion": str(int(item["metadata"]["resourceVersion"]) + 1)},
    }
