# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules of nodes share: their options, and what came of them as results."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._ansible import workload
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.drain import Drained
    from ansible_collections.steady.rollout.plugins.module_utils._operation.uncordon import Uncordoned

Json = dict[str, t.Any]

ARGUMENTS: Json = {"name": {"type": "str", "required": True}, "timeout": {"type": "str", "default": "5m"}}


def name_of(params: Json) -> str:
    """Which node the options name. Raises InvalidInput when they name none."""
    name = str(params["name"]).strip()
    if not name:
        raise errors.InvalidInput("name is empty: write the name of the node.")
    return name


def drained(found: Drained) -> Json:
    """A drain as the module's result."""
    return {
        **_common(found),
        "evicted": list(found.evicted),
        "staying": list(found.staying),
        "workloads": [vars(each) for each in found.note.workloads],
        "former_boot_id": found.note.boot_id,
        "booted": found.booted,
        "resumed": found.resumed,
        "returned": found.note.returned,
        "findings": [finding.facts() for finding in found.findings],
    }


def uncordoned(found: Uncordoned) -> Json:
    """A return to service as the module's result."""
    results = [workload.result_of(outcome) for outcome in found.results]
    return {**_common(found), "boot_id": found.boot_id, "results": results}


def _common(found: Drained | Uncordoned) -> Json:
    result = {
        "changed": found.changed,
        "failed": found.failed,
        "msg": found.message,
        "seconds": found.seconds,
        "timeline": list(found.timeline),
    }
    return {**result, "diff": found.diff} if found.diff else result
