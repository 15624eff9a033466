# SPDX-License-Identifier: GPL-3.0-or-later
"""``job``: a Job of one's own is run once the rollout is complete, and its exit decides."""

from __future__ import annotations

import math
import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, objects, resources, wording
from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates import gate
from ansible_collections.steady.rollout.plugins.module_utils._rollout.masking import masked
from ansible_collections.steady.rollout.plugins.module_utils._rollout.options import REQUIRED, Option
from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import Scope

Json = dict[str, t.Any]

NAME = "job"
SHORT = ""
OPTIONS = (Option("definition", "table", REQUIRED), Option("within", "duration", "5m"))
impossible = gate.possible

LABEL = "steady.rollout/gate"
_FINAL = "violates PodSecurity"
"""Nothing in the cluster changes that, unlike a quota."""
_FITTING = "Set the securityContext fields that the message names in the Job's definition."
KEPT_AFTER_A_KILL = 600
"""Seconds after its end for which the cluster keeps a Job that nobody has removed."""


def check(options: Json, where: str) -> None:
    """It must be a Job with a container."""
    definition = options["definition"]
    kind = definition.get("kind", "Job")
    if kind != "Job":
        raise errors.InvalidInput(f"{where}.definition: a {kind} is no Job; write the manifest of a Job (batch/v1).")
    inner: t.Any = definition
    for step in ("spec", "template", "spec", "containers"):
        inner = inner.get(step) if isinstance(inner, dict) else None
    if not isinstance(inner, list) or not inner:
        raise errors.InvalidInput(f"{where}.definition: it has no spec.template.spec.containers: add one.")


def scopes(options: Json, workload: Json) -> tuple[Scope, Scope]:
    """The Job and its pods. ``id`` tells it from all others; it is chosen before anything is written."""
    namespace = str(objects.metadata(workload)["namespace"])
    mine = f"{LABEL}={options['id']}"
    return Scope(resources.JOB, namespace, labels=mine), Scope(resources.POD, namespace, labels=mine)


def manifest(options: Json, workload: Json) -> Json:
    """The Job to create: named anew each time, tried once, owned by the workload, and gone by itself some time after a kill."""
    written: Json = options["definition"]
    meta, spec = objects.metadata(written), objects.spec(written)
    mark = {LABEL: options["id"]}
    template = dict(spec["template"])
    pod_meta = objects.metadata(template)
    template["metadata"] = {**pod_meta, "labels": {**(pod_meta.get("labels") or {}), **mark}}
    template["spec"] = {"restartPolicy": "Never", **template["spec"]}
    name = str(meta.get("name") or f"{objects.name(workload)}-gate")[: 63 - 1 - len(options["id"])]
    return {
        "apiVersion": resources.JOB.api_version,
        "kind": "Job",
        "metadata": {
            **{key: value for key, value in meta.items() if key in ("annotations",)},
            "name": f"{name}-{options['id']}",
            "namespace": objects.metadata(workload)["namespace"],
            "labels": {**(meta.get("labels") or {}), **mark},
            "ownerReferences": _owner(workload),
        },
        "spec": {
            "backoffLimit": 0,
            "ttlSecondsAfterFinished": KEPT_AFTER_A_KILL,
            "activeDeadlineSeconds": math.ceil(options["within"]),
            **spec,
            "template": template,
        },
    }


def _owner(workload: Json) -> list[Json]:
    """Whoever deletes the workload deletes the Job; nothing to name while the workload does not exist."""
    if not objects.uid(workload):
        return []
    named = {key: workload[key] for key in ("apiVersion", "kind")}
    return [{**named, "name": objects.name(workload), "uid": objects.uid(workload)}]


def judge(options: Json, view: gate.View) -> gate.Reading:
    """``memory`` is when it was begun, whether it has been seen since, and what kept its pod at first: later messages hide that."""
    if view.memory is None:
        if view.completed is None:
            return gate.Reading("waiting", "begins when the rollout is complete")
        return gate.Reading("waiting", "the Job begins", memory=(view.at, False, ""), want="begin")
    began, seen, kept = view.memory
    jobs, pods = (view.objects(scope) for scope in scopes(options, view.workload))
    end = began + options["within"]
    took = wording.seconds(view.at - began)
    if jobs and objects.condition(jobs[0], "Complete").get("status") == "True":
        return gate.Reading(
            "passed", f"Job {objects.name(jobs[0])} succeeded after {took}", {"job": objects.name(jobs[0])}
        )
    over = objects.condition(jobs[0], "Failed") if jobs else {}
    if over.get("status") == "True":
        return _failed(f"Job {objects.name(jobs[0])} failed after {took}", str(over.get("message", "")), jobs[0], pods)
    if view.at >= end:
        late = f"the Job had not ended after {wording.seconds(options['within'])}"
        return _failed(late, kept, jobs[0] if jobs else {}, pods)
    if seen and not jobs:
        return gate.Reading(
            "failed", "the Job was deleted by somebody else before it ended", hint="Run the same again."
        )
    denied = _denial(view, jobs)
    if _FINAL in denied:
        told = f"Job {objects.name(jobs[0])} gets no pod: {denied}"
        return gate.Reading("failed", told, {"job": objects.name(jobs[0])}, hint=_FITTING)
    kept = kept or denied or _state(pods)
    return gate.Reading("waiting", kept, memory=(began, bool(jobs), kept), look_again=end)


def _failed(what: str, why: str, job: Json, pods: t.Sequence[Json]) -> gate.Reading:
    """The last pod tells: its container that ended badly, or the first."""
    pod = pods[-1] if pods else {}
    statuses = objects.status(pod).get("containerStatuses") or ()
    ended = [(item["name"], (item.get("state") or {}).get("terminated") or {}) for item in statuses]
    container, state = next(
        ((name, end) for name, end in ended if end.get("exitCode")), ended[0] if ended else ("", {})
    )
    code = f"exit code {state['exitCode']}" if state.get("exitCode") is not None else ""
    return gate.Reading(
        "failed",
        ": ".join(part for part in (what, code or why) if part),
        {"job": objects.name(job), "exit_code": state.get("exitCode"), "reason": state.get("reason", "")},
        hint="Its last log lines say what it found.",
        pod=objects.name(pod),
        container=container,
    )


def _denial(view: gate.View, jobs: t.Sequence[Json]) -> str:
    """Why the API server lets no pod of it in, if that is so."""
    events = view.snapshot.events_about(jobs[0]) if jobs else ()
    told = [str(event.get("message", "")) for event in events if event.get("reason") == "FailedCreate"]
    return masked(told[-1].removeprefix("Error creating: ")) if told else ""


def _state(pods: t.Sequence[Json]) -> str:
    """What keeps its pod, if anything does."""
    for pod in pods:
        for item in objects.status(pod).get("containerStatuses") or ():
            waiting = (item.get("state") or {}).get("waiting") or {}
            if waiting.get("message"):
                return masked(f"pod {objects.name(pod)}: {waiting.get('reason', '')}: {waiting['message']}")
    return ""
