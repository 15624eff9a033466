# SPDX-License-Identifier: GPL-3.0-or-later
"""Which fields of an object our server-side apply owns, and how one is let go without its value going with it.

A field that an apply no longer names is taken away where nobody else owns it: ``spec.replicas`` falls back to 1 at the very moment
when somebody leaves it to an autoscaler that has not acted yet.
"""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects
from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import FIELD_MANAGER

Json = dict[str, t.Any]


def released(present: Json, wanted: Json, *path: str) -> list[Json]:
    """The JSON patch by which our apply lets go of the field at ``path``, where ``wanted`` no longer names it; mostly empty."""
    value: t.Any = wanted
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    if value is not None:
        return []
    keys = [f"f:{key}" for key in path]
    pinned = {
        "op": "test",
        "path": "/metadata/resourceVersion",
        "value": objects.metadata(present).get("resourceVersion"),
    }
    removals = [
        {"op": "remove", "path": "/".join(["/metadata/managedFields", str(index), "fieldsV1", *keys])}
        for index, entry in enumerate(objects.metadata(present).get("managedFields") or ())
        if (entry.get("manager"), entry.get("operation")) == (FIELD_MANAGER, "Apply") and _has(entry, keys)
    ]
    return [pinned, *removals] if removals else []


def _has(entry: Json, keys: list[str]) -> bool:
    fields: t.Any = entry.get("fieldsV1") or {}
    for key in keys:
        fields = fields.get(key) if isinstance(fields, dict) else None
    return fields is not None
