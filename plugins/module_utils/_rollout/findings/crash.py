# SPDX-License-Identifier: GPL-3.0-or-later
"""Containers that start and end again: crash_loop, and init_failed for those that have to end well before the others start."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import (
    NEVER,
    Finding,
    View,
    containers,
    last_exit,
    runs_once,
    said,
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
            once = runs_once(pod, container)
            restarts = int(status.get("restartCount") or 0)
            if not crashed(status, once=once) or ended.get("reason") in _NOT_CRASHES:
                continue
            allowed = view.limits.init_restarts if once else view.limits.crash_restarts
            yield Finding(
                code="init_failed" if once else "crash_loop",
                title=title(ended, once=once),
                message=f"{how(ended)}, {restarts} restart{'' if restarts == 1 else 's'}",
                grace=0.0 if restarts >= allowed else NEVER,
                pod=pod["metadata"]["name"],
                container=container["name"],
                hint=hint(ended),
                evidence={
                    "exit_code": ended.get("exitCode"),
                    "reason": ended.get("reason", ""),
                    "restarts": restarts,
                    "finished_at": ended.get("finishedAt", ""),
                    "state": waiting(status)[0] or next(iter(status.get("state") or {}), ""),
                    **said(view, pod, "BackOff", container["name"]),
                },
            )


def crashed(status: Json, *, once: bool) -> bool:
    """Whether it ended and should not have. A container that runs once (an init container) may end well; any other may not at all."""
    state = status.get("state") or {}
    if once and (state.get("terminated") or {}).get("exitCode") == 0:
        return False
    again = int(status.get("restartCount") or 0) > 0 and not status.get("ready")
    return waiting(status)[0] == "CrashLoopBackOff" or "terminated" in state or again


def title(ended: Json, *, once: bool) -> str:
    """The cause in a few words."""
    if ended.get("reason") == "OOMKilled":
        return "out of memory"
    return "init container fails" if once else "container keeps crashing"


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
