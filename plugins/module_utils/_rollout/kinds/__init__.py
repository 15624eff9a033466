# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of workload that can be rolled. A new one is a file beside this and a name in KINDS."""

from __future__ import annotations

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds import daemonset, deployment, statefulset
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds.kind import Kind

KINDS: tuple[Kind, ...] = (deployment, statefulset, daemonset)
NAMES: tuple[str, ...] = tuple(kind.RESOURCE.kind for kind in KINDS)


def named(name: str) -> Kind:
    """The kind of that name. Raises InvalidInput naming those there are."""
    for kind in KINDS:
        if kind.RESOURCE.kind == name:
            return kind
    raise errors.InvalidInput(f"kind {name!r} cannot be rolled here; write one of: {', '.join(NAMES)}.")
