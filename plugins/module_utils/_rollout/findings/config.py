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
    waiting,
)

Json = dict[str, t.Any]

_CACHE = re.compile(r"failed to sync .* cache", re.I)
_PASSING = re.compile(r"deadline exceeded|is reserved for", re.I)
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
                        title="container configuration is incomplete",
                        message=message or reason,
                        grace=view.limits.config_grace,
                        hint="Create what it names, or correct the name in the pod template.",
                        evidence={"waiting": reason},
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
                    evidence={"waiting": reason, "exit_code": ended.get("exitCode")},
                    **place,
                )


def never_ran(ended: Json) -> bool:
    """Whether it ended before its program began. ContainerCannotRun with 128 is the runtime's own trouble and may pass."""
    reason, code = ended.get("reason"), ended.get("exitCode")
    return reason == "StartError" or (reason == "ContainerCannotRun" and code != 128)
