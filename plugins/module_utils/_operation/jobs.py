# SPDX-License-Identifier: GPL-3.0-or-later
"""What an account may do that has one job or several, as the rules of its Role and, where that is needed, of a ClusterRole."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._operation import permissions
from ansible_collections.steady.rollout.plugins.module_utils._operation.permissions import Right
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, kinds

Json = dict[str, t.Any]

_READING = ("info", "wait")
JOBS = {"read": _READING, **{name: (name,) for name in permissions.NAMES if name not in _READING}}
"""Job to the operations that it consists of."""

_OPTIONS = ("config", "secrets", "pin_digests", "ignore_unready_nodes")
USES = (*_OPTIONS, *permissions.GATES, *permissions.STRATEGIES, *permissions.ROLES)
"""What takes further rights only when it is used; other options are on by themselves, so their rights come along."""

_VERBS = ("get", "list", "watch", "create", "patch", "delete")


def rules(jobs: t.Sequence[str], uses: t.Sequence[str], of_kinds: t.Sequence[str]) -> tuple[list[Json], list[Json]]:
    """The rules in the workload's namespace, and those for the whole cluster. Raises InvalidInput."""
    _require(jobs, tuple(JOBS), "jobs")
    _require(uses, USES, "uses")
    _require(of_kinds, kinds.NAMES, "kinds")
    whole = [right for right in _operations(jobs, of_kinds) if right.option not in _OPTIONS or right.option in uses]
    more = {**permissions.GATES, **permissions.STRATEGIES, **permissions.ROLES}
    whole += [right for name in uses for right in more.get(name, ())]
    return merged(right for right in whole if right.namespace is None), merged(
        right for right in whole if right.namespace == ""
    )


def merged(rights: t.Iterable[Right]) -> list[Json]:
    """One rule for all resources of a group that need the same verbs."""
    verbs: dict[tuple[str, str], set[str]] = {}
    for right in rights:
        verbs.setdefault((right.resource.group, right.resource.plural), set()).update(right.verbs)
    together: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (group, plural), wanted in verbs.items():
        together.setdefault((group, tuple(verb for verb in _VERBS if verb in wanted)), []).append(plural)
    return [
        {"apiGroups": [group], "resources": plurals, "verbs": list(wanted)}
        for (group, wanted), plurals in together.items()
    ]


def _operations(jobs: t.Sequence[str], of_kinds: t.Sequence[str]) -> t.Iterator[Right]:
    for job in jobs:
        for operation in JOBS[job]:
            for kind in of_kinds:
                yield from permissions.of(operation, kinds.named(kind))


def _require(given: t.Sequence[str], known: t.Sequence[str], what: str) -> None:
    unknown = [str(name) for name in given if name not in known]
    if unknown:
        raise errors.InvalidInput(f"{what}: there is no {', '.join(unknown)}, choose among {', '.join(known)}.")
    if not given and what != "uses":
        raise errors.InvalidInput(f"{what} is empty: name at least one of {', '.join(known)}.")
