# SPDX-License-Identifier: GPL-3.0-or-later
"""Pods that the API server does not let in: quota (ResourceQuota, LimitRange, PodSecurity, a webhook's denial)."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import (
    Finding,
    View,
    event_evidence,
    last_seen,
    latest,
)
from ansible_collections.steady.rollout.plugins.module_utils._rollout.moments import moment

Json = dict[str, t.Any]

# The ReplicaSet's word may come before the pods' own news that old ones are leaving.
SETTLED = 2.0
_PASSING = re.compile(
    r"failed calling webhook|please apply your changes to the latest version|etcdserver|timeout", re.I
)
_SAID = re.compile(r"^(?:Error creating: |[Cc]reate Pod \S+ in \w+ \S+ failed error: )")
_NAMED = re.compile(r"^[Cc]reate Pod (\S+) in ")
_TITLES: tuple[tuple[str, str, str], ...] = (
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
    (
        r"(maximum|minimum) \S+( and \S+)* usage per|max limit to request ratio",
        "a LimitRange forbids the pod",
        "Set the containers' requests and limits within what the namespace's LimitRange allows.",
    ),
    ("denied the request", "an admission webhook denied the pod", "The webhook's words say what it wants."),
    (
        "ValidatingAdmissionPolicy .* denied request",
        "an admission policy denied the pod",
        "The policy's words say what it wants.",
    ),
    (
        "failed calling webhook",
        "an admission webhook does not answer",
        "Look at the webhook's Service and pods: without them nothing it guards can be created.",
    ),
    (
        "serviceaccount .* not found",
        "the service account does not exist",
        "Create the ServiceAccount, or correct serviceAccountName in the pod template.",
    ),
    (
        "no PriorityClass",
        "the priority class does not exist",
        "Create the PriorityClass, or correct priorityClassName in the pod template.",
    ),
    ("", "pods cannot be created", "The message says what the API server wants changed."),
)


def find(view: View) -> t.Iterator[Finding]:
    """At most one finding: why pods of the newest revision cannot be created.

    A ReplicaSet has a condition for that; of a StatefulSet or DaemonSet only events tell.
    """
    if view.snapshot.newest is None:
        yield from unmade(view)
        return
    failure = objects.condition(view.snapshot.newest, "ReplicaFailure")
    if failure.get("status") == "True":
        told = {"reason": failure.get("reason", ""), "since": failure.get("lastTransitionTime", "")}
        yield _denied(view, str(failure.get("message", "")), told)
        return
    event = denial(view)
    if event is not None:
        yield _denied(view, _SAID.sub("", str(event.get("message", ""))), {"event": event_evidence(event)}, SETTLED)


def _denied(view: View, message: str, evidence: Json, least: float = 0.0) -> Finding:
    title, hint = next((title, hint) for words, title, hint in _TITLES if re.search(words, message))
    return Finding(
        code="quota",
        title=title,
        message=message,
        grace=max(grace(view, message), least),
        hint=hint,
        evidence=evidence,
    )


def unmade(view: View) -> t.Iterator[Finding]:
    """At most one finding: why there is not even a ReplicaSet. The controller says so before it counts the spec as observed."""
    told = objects.condition(view.snapshot.workload or {}, "Progressing")
    fresh = told not in view.stale_conditions and moment(told.get("lastUpdateTime", "")) >= moment(view.since)
    if told.get("reason") == "ReplicaSetCreateError" and fresh:
        since = told.get("lastTransitionTime", "")
        yield _denied(view, str(told.get("message", "")), {"reason": told["reason"], "since": since}, SETTLED)


def denial(view: View) -> Json | None:
    """The event that says why the workload's controller could not create a pod, unless it is about another spec or over by now."""
    since = moment(view.since)
    told = latest(
        event
        for event in view.snapshot.events_about(view.snapshot.workload or {})
        if event.get("reason") == "FailedCreate" and moment(last_seen(event)) >= since
    )
    return None if told is None or _over(view, told) else told


def _over(view: View, event: Json) -> bool:
    """Whether the controller has got its pod since: the one that is named, or else any of the new revision."""
    named = _NAMED.match(str(event.get("message", "")))
    pods = [pod for pod in (*view.snapshot.new_pods, *view.snapshot.old_pods) if objects.active(pod)]
    if named:
        return any(objects.name(pod) == named[1] for pod in pods)
    said = moment(last_seen(event))
    return any(moment(objects.metadata(pod).get("creationTimestamp", "")) >= said for pod in view.snapshot.new_pods)


def grace(view: View, message: str) -> float:
    """None for a plain denial. A used-up quota comes free while old pods go, and one on its way out counts until it is gone."""
    if "exceeded quota" in message:
        return view.limits.unschedulable_grace if _makes_room(view) else SETTLED
    return view.limits.unschedulable_grace if _PASSING.search(message) else 0.0


def _makes_room(view: View) -> bool:
    """Whether old pods are going, or may go before more new ones are there."""
    _surging, missing = view.kind.surge(view.snapshot.workload or {})
    going = any(objects.terminating(pod) for pod in view.snapshot.old_pods)
    come = any(view.kind.is_ready(pod) for pod in view.snapshot.new_pods)
    return going or bool(view.snapshot.old_pods and (missing or come))
