# SPDX-License-Identifier: GPL-3.0-or-later
"""Films: what a real cluster's watches told, and what was written to it, while one operation ran.

One JSON document a line: first what the film is about, then scenes in the order of their time. A scene is an event of a watch
(``type``, ``object``), a write (``body`` and the ``object`` it was answered with), or a log that was read (``log``).
An object that the film has shown before stands there as its ``changes``, a merge patch of the one before.
"""

from __future__ import annotations

import functools
import json
import pathlib
import typing as t
from dataclasses import dataclass, field

from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import Scope
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference

Json = dict[str, t.Any]

FOLDER = pathlib.Path(__file__).parent


@dataclass(frozen=True)
class Film:
    """A recorded operation; ``scenes`` carry ``at``, seconds since its beginning."""

    name: str
    about: Json
    scenes: tuple[Json, ...]

    @property
    def reference(self) -> Reference:
        """The workload that it is about."""
        return Reference(**self.about["workload"])

    @property
    def opening(self) -> tuple[Json, ...]:
        """What was there when the operation began."""
        return tuple(scene for scene in self.scenes if "type" in scene and scene["at"] <= 0)

    @property
    def written(self) -> int:
        """Where the first write stands among the scenes."""
        return next(index for index, scene in enumerate(self.scenes) if "body" in scene)

    def writes(self, scene: Json) -> bool:
        """Whether the operation writes the workload here."""
        return "body" in scene and scene["object"]["kind"] == self.reference.kind

    @property
    def acts(self) -> tuple[Act, ...]:
        """The change that was asked for, which ends as the film does, and the way back, which is complete where there is one."""
        writes = [index for index, scene in enumerate(self.scenes) if self.writes(scene)]
        first, *later = [
            index for index in writes if "template" in self.scenes[index]["body"].get("spec", {})
        ] or writes
        return (Act(self, first, self.about["ends"]), *(Act(self, index, "complete") for index in later))


@dataclass(frozen=True)
class Act:
    """What followed one write of another spec, until the operation wrote again; ``at`` is the write's place among the scenes."""

    film: Film
    at: int
    ends: str

    @property
    def written(self) -> Json:
        """The write itself."""
        return self.film.scenes[self.at]

    @property
    def before(self) -> tuple[Json, ...]:
        """What had been told of objects before it."""
        return tuple(scene for scene in self.film.scenes[: self.at] if "object" in scene)

    @property
    def rest(self) -> tuple[Json, ...]:
        """Everything until the next write of the workload, or the end."""
        later = self.film.scenes[self.at + 1 :]
        end = next((index for index, scene in enumerate(later) if self.film.writes(scene)), len(later))
        return later[: end + 1]

    @property
    def events(self) -> tuple[Json, ...]:
        """The watches' events among it."""
        return tuple(scene for scene in self.rest if "type" in scene)

    @property
    def ending(self) -> float:
        """A moment after the next write, or the end: what was known then made the operation go on.

        The camera's watches are not the operation's own; either may be the first to know.
        """
        return float((self.rest or self.film.scenes)[-1]["at"]) + 0.5


@functools.cache
def load(name: str) -> Film:
    """The film of that name."""
    about, *scenes = map(json.loads, (FOLDER / f"{name}.jsonl").read_text().splitlines())
    return Film(name, about, tuple(_told_whole(scenes)))


def told_as_changes(scenes: t.Iterable[Json]) -> list[Json]:
    """The scenes as they are kept."""
    shown: dict[str, Json] = {}
    kept = []
    for scene in scenes:
        item = scene.get("object")
        if item is not None:
            key = f"{item['kind']}/{item['metadata']['name']}"
            before, shown[key] = shown.get(key), item
            if before is not None:
                rest = {name: value for name, value in scene.items() if name != "object"}
                kept.append({**rest, "of": key, "changes": _changes(before, item)})
                continue
        kept.append(scene)
    return kept


def _told_whole(scenes: t.Iterable[Json]) -> t.Iterator[Json]:
    shown: dict[str, Json] = {}
    for scene in scenes:
        if "changes" in scene:
            scene["object"] = _changed(shown[scene.pop("of")], scene.pop("changes"))
        if "object" in scene:
            shown[f"{scene['object']['kind']}/{scene['object']['metadata']['name']}"] = scene["object"]
        yield scene


def _changed(before: Json, changes: Json) -> Json:
    result = {**before, **changes}
    for key, value in changes.items():
        if value is None:
            del result[key]
        elif isinstance(value, dict) and isinstance(before.get(key), dict):
            result[key] = _changed(before[key], value)
    return result


def _changes(before: Json, after: Json) -> Json:
    changed: Json = dict.fromkeys(before.keys() - after.keys())
    for key, value in after.items():
        if key not in before:
            changed[key] = value
        elif isinstance(value, dict) and isinstance(before[key], dict):
            if value != before[key]:
                changed[key] = _changes(before[key], value)
        elif value != before[key]:
            changed[key] = value
    return changed


@dataclass
class Stage:
    """The objects as the watches have told them so far."""

    objects: dict[tuple[str, str], Json] = field(default_factory=dict)

    def take(self, scene: Json) -> None:
        """Play one event; news older than what is known is no news."""
        item = scene["object"]
        key = (item["kind"], item["metadata"]["name"])
        known = self.objects.get(key)
        if known is not None and _version(known) > _version(item):
            return
        if scene.get("type") == "DELETED":
            self.objects.pop(key, None)
        else:
            self.objects[key] = item

    def list(self, scope: Scope) -> list[Json]:
        """What the scope holds, oldest first. A film holds one workload, so its own labels select all there is."""
        name = scope.fields.removeprefix("metadata.name=") if scope.fields.startswith("metadata.name=") else ""
        found = [
            item
            for (kind, own_name), item in self.objects.items()
            if kind == scope.resource.kind and (not name or own_name == name)
        ]
        return sorted(found, key=lambda item: (item["metadata"]["creationTimestamp"], item["metadata"]["name"]))


def _version(item: Json) -> int:
    return int(item["metadata"]["resourceVersion"])
