# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of workload that can be rolled. A new one is a file beside this and a name in KINDS."""

from __future__ import annotations

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, unrolled
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds import (
    daemonset,
    deployment,
    job,
    statefulset,
)
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds.kind import Kind

KINDS: tuple[Kind, ...] = (deployment, statefulset, daemonset)
WAITED_FOR: tuple[Kind, ...] = (*KINDS, job.KIND)
NAMES: tuple[str, ...] = tuple(kind.RESOURCE.kind for kind in KINDS)


def named(name: str) -> Kind:
    """The kind of that name that can be rolled. Raises InvalidInput naming those there are."""
    for kind in KINDS:
        if kind.RESOURCE.kind == name:
            return kind
    if any(kind.RESOURCE.kind == name for kind in WAITED_FOR):
        raise errors.InvalidInput(f"a {name} cannot be rolled here: {unrolled.NO_REVISIONS}")
    raise errors.InvalidInput(f"kind {name!r} cannot be rolled here; write one of: {', '.join(NAMES)}.")


def waited_for(name: str) -> Kind:
    """The kind of that name that can be waited for. Raises InvalidInput naming those there are, and the way for any other."""
    for kind in WAITED_FOR:
        if kind.RESOURCE.kind == name:
            return kind
    known = ", ".join(kind.RESOURCE.kind for kind in WAITED_FOR)
    raise errors.InvalidInput(
        f"kind {name!r} is none of {known}: say with api_version and success_condition when it is as it should be."
    )
