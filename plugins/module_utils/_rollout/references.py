# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a pod template names ConfigMaps and Secrets: environment, volumes, and what pulls its images."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects

Json = dict[str, t.Any]
Name = tuple[str, str]
"""Kind and name."""

_FIELDS = {
    "configMapKeyRef": "ConfigMap",
    "configMapRef": "ConfigMap",
    "configMap": "ConfigMap",
    "secretKeyRef": "Secret",
    "secretRef": "Secret",
    "secret": "Secret",
    "imagePullSecrets": "Secret",
}
_NAMES = ("name", "secretName")  # a Secret's volume alone says secretName; within a projected one it is name again


def named(template: Json) -> frozenset[Name]:
    """All ConfigMaps and Secrets that the template names."""
    found: set[Name] = set()

    def note(kind: str, name: str) -> str:
        found.add((kind, name))
        return name

    _walked(objects.spec(template), note)
    return frozenset(found)


def renamed(template: Json, names: t.Mapping[Name, str]) -> Json:
    """The template with other names for these ConfigMaps and Secrets, nothing else touched."""
    pod = _walked(objects.spec(template), lambda kind, name: names.get((kind, name), name))
    return {**template, "spec": pod}


def _walked(value: t.Any, name_of: t.Callable[[str, str], str], kind: str = "") -> t.Any:
    """The value with each name in it replaced; ``kind`` is what the value refers to, if it refers to something."""
    if isinstance(value, list):
        return [_walked(item, name_of, kind) for item in value]
    if not isinstance(value, dict):
        return value
    if kind:
        return {key: name_of(kind, inner) if key in _NAMES else inner for key, inner in value.items()}
    return {key: _walked(inner, name_of, _FIELDS.get(key, "")) for key, inner in value.items()}
