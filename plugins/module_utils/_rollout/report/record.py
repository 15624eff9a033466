# SPDX-License-Identifier: GPL-3.0-or-later
"""Registered results to what a report is made of, and to the JSON file that a later report adds to."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.report.story import Story, dicts, story_of
from ansible_collections.steady.rollout.plugins.module_utils._rollout.report.traffic import Traffic, traffic_of

Json = dict[str, t.Any]
FORM = "steady.rollout/report/1"
KEPT = (
    "msg changed failed workload before after status findings gates rolled_back seconds timeline"
    " requests failed_requests error_rate failures examples latency_ms versions by_connection per_second started elapsed"
).split()


@dataclass(frozen=True)
class Report:
    """Everything that one report tells."""

    title: str
    stories: tuple[Story, ...]
    traffic: tuple[Traffic, ...]


def entries_of(result: t.Any, run: Json, where: str = "results") -> list[Json]:
    """One entry for each workload and probe in what tasks have registered: alone, in lists, of loops or of many workloads.

    Skipped tasks have nothing to tell. Raises InvalidInput for what is no result of this collection's modules.
    """
    if isinstance(result, (list, tuple)):
        return [entry for index, one in enumerate(result) for entry in entries_of(one, run, f"{where}[{index}]")]
    if isinstance(result, dict) and result.get("skipped"):
        return []
    if isinstance(result, dict) and isinstance(result.get("results"), list):
        return entries_of(result["results"], run, f"{where}.results")
    known = isinstance(result, dict) and ("timeline" in result or "per_second" in result or result.get("failed"))
    if not known:
        raise errors.InvalidInput(
            f"{where} is not what a workload module or http_probe returns: register that task's result and name the variable."
        )
    return [{"run": run, "result": {key: result[key] for key in KEPT if key in result}}]


def merged(earlier: t.Sequence[Json], later: t.Sequence[Json]) -> list[Json]:
    """Both in order, each result once, whichever run told it."""
    entries: list[Json] = []
    for entry in (*earlier, *later):
        if all(entry["result"] != other["result"] for other in entries):
            entries.append(entry)
    return entries


def written(title: str, entries: t.Sequence[Json]) -> str:
    """The report as JSON."""
    return json.dumps({"form": FORM, "title": title, "entries": entries}, ensure_ascii=False, indent=1) + "\n"


def read(text: str, path: str) -> list[Json]:
    """The entries of such a JSON text. Raises InvalidInput when it is something else."""
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict) or found.get("form") != FORM:
        raise errors.InvalidInput(f"{path} is not a report of this collection: choose another path, or move it away.")
    return [entry for entry in dicts(found.get("entries")) if isinstance(entry.get("result"), dict)]


def report_of(title: str, entries: t.Sequence[Json]) -> Report:
    """What those entries tell, in the order of time where it is known."""
    stories, traffic = [], []
    for entry in entries:
        result, run = entry["result"], entry.get("run")
        if "per_second" in result:
            traffic += [found] if (found := traffic_of(result)) else []
        else:
            stories.append(story_of(result, run if isinstance(run, dict) else {}))
    latest = 0.0
    placed: list[tuple[float, Story]] = []
    for story in stories:  # a result without a time stays behind the one before it
        latest = story.began if story.began is not None else latest
        placed.append((latest, story))
    placed.sort(key=lambda pair: pair[0])
    return Report(title, tuple(story for _when, story in placed), tuple(traffic))
