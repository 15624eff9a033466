# SPDX-License-Identifier: GPL-3.0-or-later
"""``old_pods_gone``: the pods of the version before have ended, those on their way out too, and with them the requests they had."""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects, wording
from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates import gate
from ansible_collections.steady.rollout.plugins.module_utils._rollout.options import Option

Json = dict[str, t.Any]

NAME = "old_pods_gone"
SHORT = "within"
OPTIONS = (Option("within", "duration"),)
check = gate.unchecked
scopes = gate.no_scopes

TO_SPARE = 30.0
"""Seconds beyond the pods' own grace period: volumes are unmounted, and the API server is told, after the last container has ended."""


def impossible(_options: Json, outlook: gate.Outlook) -> str:
    """A partition keeps old pods for good."""
    update = objects.spec(outlook.workload).get("updateStrategy") or {}
    partition = (update.get("rollingUpdate") or {}).get("partition")
    return f"its partition {partition} keeps old pods. Set it to 0, or leave this gate out." if partition else ""


def judge(options: Json, view: gate.View) -> gate.Reading:
    """Controllers do not count a pod that is ending, so a complete rollout may have old ones. ``memory``: the longest grace period seen."""
    left = [pod for pod in view.snapshot.old_pods if _there(pod)]
    memory = grace = max((view.memory or 0.0, *(_grace(pod) for pod in left)))
    measurement: Json = {"left": len(left), "pods": sorted(objects.name(pod) for pod in left)}
    if view.completed is None:
        return gate.Reading("waiting", "begins when the rollout is complete", memory=memory)
    after = wording.seconds(view.at - view.completed)
    if not left and view.complete:
        return gate.Reading("passed", f"no old pod is left {after} after the rollout was complete", measurement, memory)
    end = view.completed + (options["within"] or grace + TO_SPARE)
    if view.at < end or not left:
        return gate.Reading("waiting", _in_words(left), measurement, memory, look_again=end)
    return gate.Reading(
        "failed",
        f"{_in_words(left)}, {after} after the rollout was complete",
        measurement,
        memory,
        hint="See whether it still has requests, a node that does not answer, or a finalizer: kubectl describe pod "
        + objects.name(left[0]),
    )


def _there(pod: Json) -> bool:
    """An evicted pod stays behind without a container that runs."""
    return objects.terminating(pod) or objects.active(pod)


def _grace(pod: Json) -> float:
    asked = objects.metadata(pod).get("deletionGracePeriodSeconds")
    return float(objects.spec(pod).get("terminationGracePeriodSeconds") or 30) if asked is None else float(asked)


def _in_words(left: t.Sequence[Json]) -> str:
    """How many are left, and since when the first of them is on its way out."""
    if not left:
        return ""
    words = f"{len(left)} old pod{'' if len(left) == 1 else 's'} left"
    since = sorted((_since(pod), objects.name(pod)) for pod in left if objects.terminating(pod))
    return f"{words}, {since[0][1]} has been ending since {since[0][0]}" if since else words


def _since(pod: Json) -> str:
    """When its deletion was asked for, ``16:58:21Z``: the timestamp is when its grace period ends."""
    ends = datetime.datetime.fromisoformat(str(objects.metadata(pod)["deletionTimestamp"]).replace("Z", "+00:00"))
    grace = datetime.timedelta(seconds=objects.metadata(pod).get("deletionGracePeriodSeconds") or 0)
    return f"{(ends - grace).time().isoformat()}Z"
