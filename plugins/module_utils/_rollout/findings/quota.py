# SPDX-License-Identifier: GPL-3.0-or-later
"""Pods that the API server does not let in: quota (ResourceQuota, LimitRange, PodSecurity, a webhook's denial)."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Finding, View

# The ReplicaSet's word may come before the pods' own news that old ones are leaving.
SETTLED = 2.0
_PASSING = re.compile(
    r"failed calling webhook|please apply your changes to the latest version|etcdserver|timeout", re.I
)
_TITLES = (
    (
        "exceeded quota",
        "quota is used up",
        "Raise the ResourceQuota or free some of it: a surge pod needs head-room for one more.",
    ),
    (
        "must specify",
        "quota wants requests and limits",
        "Set the resources that the ResourceQuota counts on each container.",
    ),
    ("violates PodSecurity", "PodSecurity forbids the pod", "Set the securityContext fields that the message names."),
    ("denied the request", "an admission webhook denied the pod", "The webhook's words say what it wants."),
    ("", "pods cannot be created", "The message says what the API server wants changed."),
)


def find(view: View) -> t.Iterator[Finding]:
    """At most one finding: why the newest revision cannot create its pods."""
    newest = view.snapshot.newest
    if newest is None:
        return
    failure = objects.condition(newest, "ReplicaFailure")
    if failure.get("status") != "True":
        return
    message = str(failure.get("message", ""))
    title, hint = next(((title, hint) for words, title, hint in _TITLES if words in message), _TITLES[-1][1:])
    yield Finding(
        code="quota",
        title=title,
        message=message,
        grace=grace(view, message),
        hint=hint,
        evidence={"reason": failure.get("reason", ""), "since": failure.get("lastTransitionTime", "")},
    )


def grace(view: View, message: str) -> float:
    """None for a plain denial. A used-up quota comes free while old pods go, and one on its way out counts until it is gone."""
    if "exceeded quota" in message:
        return view.limits.unschedulable_grace if _makes_room(view) else SETTLED
    return view.limits.config_grace if _PASSING.search(message) else 0.0


def _makes_room(view: View) -> bool:
    """Whether old pods are going, or may go before more new ones are there."""
    _surging, missing = view.kind.surge(view.snapshot.workload or {})
    going = any(objects.terminating(pod) for pod in view.snapshot.old_pods)
    come = any(view.kind.is_ready(pod) for pod in view.snapshot.new_pods)
    return going or bool(view.snapshot.old_pods and (missing or come))
