# SPDX-License-Identifier: GPL-3.0-or-later
"""What a workload really is: worked out from its raw objects, without a line of the collection under comparison."""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Json = dict[str, t.Any]


@dataclass(frozen=True)
class State:
    """Pods by version, ready ones and others, without those that are leaving; the version in the pod template."""

    ready: Mapping[str, int]
    others: Mapping[str, int]
    template: str
    annotations: frozenset[str]


def state_of(objects: Iterable[Json]) -> State:
    """Reads one workload and its pods, as `kubectl get --output=json` lists them."""
    ready, others, template, annotations = Counter[str](), Counter[str](), "", frozenset[str]()
    for found in objects:
        if found["kind"] != "Pod":
            template = version_of(found["spec"]["template"]["spec"])
            annotations = frozenset(found["metadata"].get("annotations", {}))
        elif "deletionTimestamp" not in found["metadata"]:
            (ready if is_ready(found) else others)[version_of(found["spec"])] += 1
    return State(dict(ready), dict(others), template, annotations)


def version_of(spec: Json) -> str:
    return str(spec["containers"][0]["image"].rpartition(":")[2])


def is_ready(pod: Json) -> bool:
    conditions = pod.get("status", {}).get("conditions", ())
    return any(condition["type"] == "Ready" and condition["status"] == "True" for condition in conditions)
