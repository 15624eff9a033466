# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs: Complete or Failed ends the wait, whichever comes first. A Job runs once, so it is waited for and never rolled."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects, resources
from ansible_collections.steady.rollout.plugins.module_utils._rollout.status import Status
from ansible_collections.steady.rollout.plugins.module_utils._rollout.unrolled import Unrolled

Json = dict[str, t.Any]


def says(job: Json) -> Status:
    """How far it is. Only its conditions are final: a pod that fails may be followed by one that does not."""
    counts, wanted = objects.status(job), objects.spec(job).get("completions")
    succeeded, active, failed = (objects.number(counts, key) for key in ("succeeded", "active", "failed"))
    words = f"{succeeded}{'' if wanted is None else f' of {wanted}'} completed, {active} running, {failed} failed"
    if objects.condition(job, "Complete").get("status") == "True":
        return Status(True, words, words=words)
    ended = objects.condition(job, "Failed")
    if ended.get("status") == "True":
        reason = f"{ended.get('message') or 'it has failed'} ({ended.get('reason', 'no reason given')})"
        return Status(False, reason, words=words, failed=True)
    return Status(False, words, words=words)


def refusal(job: Json) -> str:
    """Why it would be waited for in vain, with the way out."""
    if not objects.spec(job).get("suspend"):
        return ""
    name, namespace = objects.name(job), objects.metadata(job)["namespace"]
    patch = """'{"spec":{"suspend":false}}'"""
    return f"it is suspended, so nothing would run. Resume it first: kubectl -n {namespace} patch job {name} -p {patch}"


KIND = Unrolled(resources.JOB, says, refusal, has_pods=True)
