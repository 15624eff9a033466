# SPDX-License-Identifier: GPL-3.0-or-later
"""How each pod is, in a few words, for those who watch a rollout closely."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import containers, waiting

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds.kind import Kind
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Snapshot

Json = dict[str, t.Any]


def states(kind: Kind, snapshot: Snapshot) -> dict[str, str]:
    """Pod name to its state, the new ones first: ``new, ready on worker-1``."""
    found = [("new", pod) for pod in snapshot.new_pods] + [("old", pod) for pod in snapshot.old_pods]
    return {objects.name(pod): f"{side}, {_state(kind, pod)}{_place(pod)}" for side, pod in found}


def _state(kind: Kind, pod: Json) -> str:
    status = objects.status(pod)
    if objects.terminating(pod):
        return "terminating"
    if status.get("phase") in ("Failed", "Succeeded"):
        return str(status.get("reason") or status["phase"]).lower()
    if kind.is_ready(pod):
        return "ready"
    reasons = [(container["name"], waiting(state)[0]) for container, state in containers(pod)]
    held = next((f"{reason} (container {name})" for name, reason in reasons if reason), "")
    return held or ("not ready" if status.get("phase") == "Running" else "pending")


def _place(pod: Json) -> str:
    node = objects.spec(pod).get("nodeName")
    restarts = sum(objects.number(state, "restartCount") for _container, state in containers(pod))
    again = f", {restarts} restart{'' if restarts == 1 else 's'}" if restarts else ""
    return f"{f' on {node}' if node else ', no node yet'}{again}"
