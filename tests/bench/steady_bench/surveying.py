# SPDX-License-Identifier: GPL-3.0-or-later
"""The row about looking at a thousand workloads."""

from __future__ import annotations

import json
from collections.abc import Iterator

from .line import KUBECTL, OURS, Line, at_most, figures_of
from .row import Row
from .stage import Place, stage
from .tasks import Json, noted

WORKLOADS = 1000
AS_JSON = "kubectl, all as JSON"


def play(place: Place, runs: int) -> Iterator[Line]:
    """In turn: the task, a table of the same Deployments, revisions and pods, and all of them as they are."""
    samples: dict[str, list[float]] = {OURS: [], KUBECTL: [], AS_JSON: []}
    with stage(place, "workload_info") as own:
        (own.folder / "fleet.json").write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": fleet()}))
        own.prepare(f"given_fleet {WORKLOADS}")
        for _run in range(runs):
            own.succeed(f"play survey --extra-vars=app_count={WORKLOADS}")
            task = noted(own.folder / "tasks")[0]
            samples[OURS].append(task["ended"] - task["began"])
            samples[KUBECTL].append(own.succeed("kubectl_get >/dev/null").seconds)
            samples[AS_JSON].append(own.succeed("kubectl_get json >/dev/null").seconds)
    ratio = figures_of(samples[OURS]).median / figures_of(samples[KUBECTL]).median
    yield Line(
        f"workload_info over {WORKLOADS:,}", "s", samples, (at_most("under 3 times kubectl", ratio, 3, " times"),)
    )


def fleet() -> list[Json]:
    """Deployments of one pod each, for which there is no scheduler: what is measured is reading, not running."""
    container = {"name": "app", "image": "registry.lab:5000/app:1.0"}
    made = []
    for number in range(WORKLOADS):
        name = f"app-{number:03}"
        template = {
            "metadata": {"labels": {"app": name}},
            "spec": {"schedulerName": "nobody", "containers": [container]},
        }
        spec = {"replicas": 1, "selector": {"matchLabels": {"app": name}}, "template": template}
        made.append({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": spec})
    return made


ROW = Row("workload_info", 2, play)
