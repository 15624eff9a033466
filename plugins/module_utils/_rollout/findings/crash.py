# SPDX-License-Identifier: GPL-3.0-or-later
"""Containers that start and end again: crash_loop."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import (
    NEVER,
    Finding,
    View,
    containers,
    last_exit,
    waiting,
)

Json = dict[str, t.Any]

_NOT_CRASHES = ("ContainerCannotRun", "StartError")
_SIGNALS = {137: "SIGKILL", 139: "SIGSEGV", 134: "SIGABRT", 143: "SIGTERM"}


def find(view: View) -> t.Iterator[Finding]:
    """One finding for each container of a new pod that has crashed; it dooms the pod at the allowed number of restarts."""
    for pod in view.pods():
        for container, status in containers(pod):
            ended = last_exit(status)
            restarts = int(status.get("restartCount") or 0)
            backing_off = waiting(status)[0] == "CrashLoopBackOff"
            crashed = backing_off or (restarts > 0 and not status.get("ready"))
            if not crashed or ended.get("reason") in _NOT_CRASHES or succeeded_init(container, pod, ended):
                continue
            yield Finding(
                code="crash_loop",
                title="out of memory" if ended.get("reason") == "OOMKilled" else "container keeps crashing",
                message=f"{how(ended)}, {restarts} restart{'' if restarts == 1 else 's'}",
                grace=0.0 if restarts >= view.limits.crash_restarts else NEVER,
                pod=pod["metadata"]["name"],
                container=container["name"],
                hint=hint(ended),
                evidence={
                    "exit_code": ended.get("exitCode"),
                    "reason": ended.get("reason", ""),
                    "restarts": restarts,
                    "finished_at": ended.get("finishedAt", ""),
                },
            )


def succeeded_init(container: Json, pod: Json, ended: Json) -> bool:
    """Whether this is an init container that has done its work after an earlier failure."""
    init = any(item["name"] == container["name"] for item in pod["spec"].get("initContainers") or ())
    return init and ended.get("exitCode") == 0


def how(ended: Json) -> str:
    """How it ended, in words."""
    code = ended.get("exitCode")
    if ended.get("reason") == "OOMKilled":
        return "killed for using more memory than its limit (OOMKilled)"
    if code is None:
        return "ended"
    signal = f" ({_SIGNALS[code]})" if code in _SIGNALS else ""
    return f"exit code {code}{signal}"


def hint(ended: Json) -> str:
    """What to look at."""
    if ended.get("reason") == "OOMKilled":
        return "Raise resources.limits.memory of the container, or find what uses it."
    if ended.get("exitCode") == 0:
        return "The program ends by itself although it should go on running: check its command."
    return "The container's last log lines say why; look for a missing setting or a service it cannot reach."
