# SPDX-License-Identifier: GPL-3.0-or-later
"""``restarts_below``: how often the containers of the new pods have been started again, all together, stays below a number."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects
from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates import gate
from ansible_collections.steady.rollout.plugins.module_utils._rollout.options import REQUIRED, Option

Json = dict[str, t.Any]

NAME = "restarts_below"
SHORT = "count"
OPTIONS = (Option("count", "positive count", REQUIRED), Option("during", "flag", True))
check = gate.unchecked
scopes = gate.no_scopes
impossible = gate.possible


def judge(options: Json, view: gate.View) -> gate.Reading:
    """Counted at each look, for as long as anything is waited for; ``memory`` is what pods that were ready at the first had by then."""
    before: t.Mapping[str, int] = _of_ready(view) if view.memory is None else view.memory
    if view.completed is None and not options["during"]:
        return gate.Reading("waiting", "begins when the rollout is complete", memory=before)
    counts = {objects.name(pod): restarts(pod) - before.get(objects.uid(pod), 0) for pod in view.new_pods}
    total = sum(counts.values())
    message = f"{total} restart{'' if total == 1 else 's'}"
    measurement: Json = {"restarts": total, "below": options["count"]}
    if total < options["count"]:
        return gate.Reading("holds", message, measurement, before)
    worst = max(counts, key=lambda name: counts[name])
    return gate.Reading(
        "failed",
        f"{message} of the new pods' containers, fewer than {options['count']} are allowed (most in pod {worst}: {counts[worst]})",
        {**measurement, "pods": counts},
        hint="The last log lines of the container that was started again say why.",
    )


def _of_ready(view: gate.View) -> dict[str, int]:
    """Restarts of long ago say nothing about this rollout; a pod that is not ready yet still has to prove itself.

    Until the controller has seen the change, pods of the new revision may count as old ones.
    """
    pods = (*view.snapshot.new_pods, *view.snapshot.old_pods)
    return {objects.uid(pod): restarts(pod) for pod in pods if view.kind.is_ready(pod)}


def restarts(pod: Json) -> int:
    """How often the pod's containers have been started again, init containers included."""
    status = objects.status(pod)
    containers = (*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ()))
    return sum(objects.number(container, "restartCount") for container in containers)
