# SPDX-License-Identifier: GPL-3.0-or-later
"""What is played, and what is right about it: known beforehand by what is done, whatever a tool says."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field

Json = dict[str, t.Any]

DEPLOYMENT: Json = {"kind": "Deployment", "spec": {"strategy": {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}}}
STATEFULSET: Json = {"kind": "StatefulSet", "spec": {"serviceName": "app"}}
OLD = {"1.0": 3}
"""Pods by version: all on the first one."""


@dataclass(frozen=True)
class Scenario:
    """``given`` and ``when`` are shell text in the words of tools/*.sh; ``ends`` is what must serve afterwards, pods by version.

    ``succeeds``: the right verdict. ``cause``: a regular expression that what the tool says must match to have named the cause.
    """

    name: str
    given: str
    when: str
    succeeds: bool
    ends: Mapping[str, int]
    cause: str = ""
    before: Json = field(default_factory=lambda: DEPLOYMENT)
    after: Json = field(default_factory=dict)
    keeps: tuple[str, ...] = ()


SCENARIOS = (
    Scenario("good upgrade", "install", "upgrade 2.0", True, {"2.0": 3}),
    Scenario(
        "image that does not exist",
        "install",
        "upgrade 9.9",
        False,
        OLD,
        cause=r"app:9\.9: not found|manifest unknown|ErrImagePull|ImagePullBackOff",
    ),
    Scenario(
        "crash loop",
        "install",
        "apply",
        False,
        OLD,
        cause=r"CrashLoopBackOff|exit code 1|exitCode: 1|invalid duration",
        after={"version": "2.0", "env": [{"name": "LAME_DUCK", "value": "nonsense"}]},
    ),
    Scenario(
        "never ready",
        "install",
        "upgrade 3.0",
        False,
        OLD,
        cause=r"probe failed|status ?code:? 503|migration 0042",
    ),
    Scenario(
        "missing Secret",
        "install",
        "apply",
        False,
        OLD,
        cause=r'secret "?token"? not found',
        after={
            "version": "2.0",
            "env": [{"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "token", "key": "token"}}}],
        },
    ),
    Scenario("quota full", "install && quota 3", "upgrade 2.0", False, OLD, cause=r"quota"),
    Scenario("paused", "install && kubectl rollout pause $KIND/app", "upgrade 2.0", False, OLD, cause=r"paused"),
    Scenario("rolled back twice in a row", "install && advance 2.0", "rollback && rollback", True, OLD),
    Scenario(
        "annotations through a rollback",
        "install && kubectl annotate $KIND/app team=shop && advance 2.0 && kubectl annotate $KIND/app on-call=night",
        "rollback",
        True,
        OLD,
        keeps=("team", "on-call"),
    ),
    Scenario(
        "rollback after a passed progress deadline",
        "install && deadline 5 && spoil 9.9 && kubectl wait --for=condition=Progressing=false $KIND/app --timeout=$PATIENCE",
        "rollback",
        True,
        OLD,
    ),
    Scenario(
        "StatefulSet with a partition",
        "install",
        "upgrade 2.0",
        True,
        {"1.0": 2, "2.0": 1},
        before={**STATEFULSET, "spec": {"serviceName": "app", "updateStrategy": {"rollingUpdate": {"partition": 2}}}},
    ),
    Scenario(
        "StatefulSet stuck on a bad image, rolled back",
        "install && spoil 9.9 && stuck app-2",
        "rollback",
        True,
        OLD,
        before=STATEFULSET,
    ),
)
