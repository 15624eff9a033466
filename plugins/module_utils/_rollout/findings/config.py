# SPDX-License-Identifier: GPL-3.0-or-later
"""Containers that cannot be put together or started: container_config, cannot_run."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import (
    Finding,
    View,
    containers,
    last_exit,
    said,
    waiting,
)

Json = dict[str, t.Any]

_CACHE = re.compile(r"failed to sync .* cache", re.I)
_PASSING = re.compile(r"deadline exceeded|is reserved for", re.I)
_USER = re.compile(r"non-root policy|runAsNonRoot", re.I)
_HINT = "Create what it names, or correct the name in the pod template."
_USER_HINT = "Set securityContext.runAsUser to a number other than 0, or build the image with such a USER."
_NOT_STARTED = ("CreateContainerError", "RunContainerError")


def find(view: View) -> t.Iterator[Finding]:
    """One finding for each container of a new pod that names what is not there, or whose program cannot be started."""
    for pod in view.pods():
        for container, status in containers(pod):
            reason, message = waiting(status)
            place = {"pod": pod["metadata"]["name"], "container": container["name"]}
            # A container that runs now has been started after all, whatever its last attempt said.
            ended = {} if "running" in (status.get("state") or {}) else last_exit(status)
            if reason == "CreateContainerConfigError":
                if not _CACHE.search(message):
                    yield Finding(
                        code="container_config",
                        title="user is not allowed"
                        if _USER.search(message)
                        else "container configuration is incomplete",
                        message=message or reason,
                        grace=0.0 if _USER.search(message) else view.limits.config_grace,
                        hint=_USER_HINT if _USER.search(message) else _HINT,
                        evidence={"waiting": reason, **said(view, pod, "Failed", container["name"])},
                        **place,
                    )
            elif reason in _NOT_STARTED or never_ran(ended):
                words = str((message if reason in _NOT_STARTED else "") or ended.get("message") or reason)
                yield Finding(
                    code="cannot_run",
                    title="container cannot be started",
                    message=words.strip(),
                    grace=view.limits.config_grace if _PASSING.search(words) else 0.0,
                    hint="Check the container's command, its working directory, and what the image really holds.",
                    evidence={
                        "waiting": reason,
                        "exit_code": ended.get("exitCode"),
                        **said(view, pod, "Failed", container["name"]),
                    },
                    **place,
                )


def never_ran(ended: Json) -> bool:
    """Whether it ended before its program began. ContainerCannotRun with 128 is the runtime's own trouble and may pass."""
    reason, code = ended.get("reason"), ended.get("exitCode")
    return reason == "StartError" or (reason == "ContainerCannotRun" and code != 128)
