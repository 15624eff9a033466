# SPDX-License-Identifier: GPL-3.0-or-later
"""One workload or many in one task: options to tasks, outcomes to one result."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.steady.rollout.plugins.module_utils._ansible import workload
from ansible_collections.steady.rollout.plugins.module_utils._operation import many
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, kinds

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports, SharingCluster
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference

Json = dict[str, t.Any]
Operate = t.Callable[["Ports", "Reference", "Settings"], "Outcome"]
Operation = t.Callable[[Json], Operate]
"""Options, those of an entry of ``workloads`` over those of the task, to what is done with one workload. Raises InvalidInput."""


def arguments(*, any_kind: bool = False, **own: Json) -> Json:
    """The options that name one workload or many. ``own``: the module's options that an entry may have for itself."""
    kind: Json = {"type": "str"} if any_kind else {"type": "str", "choices": list(kinds.NAMES)}
    entry = {"kind": kind, "namespace": {"type": "str"}, "name": {"type": "str", "required": True}}
    return {
        "kind": {**kind, "default": "Deployment"},
        "namespace": {"type": "str"},
        "name": {"type": "str"},
        "workloads": {"type": "list", "elements": "dict", "options": {**entry, **own}},
        "max_parallel": {"type": "int", "default": 10},
        "stop_on_failure": {"type": "bool", "default": True},
    }


def run(
    options: Json,
    operation: Operation,
    *,
    done: str,
    unchanged: str = "unchanged",
    alternatives: t.Sequence[str] = (),
    **constraints: t.Any,
) -> None:
    """Run the operation on the workload, or the workloads, that the options name.

    ``done`` is its participle in a summary, ``unchanged`` what those are called that it left as they were.
    Of the ``alternatives`` an entry's own one rules out the task's others.
    """

    def operate(ports: Ports, params: Json, settings: Settings) -> Json:
        if params["workloads"] is None:
            return workload.result_of(operation(params)(ports, reference_of(params), settings))
        tasks = tasks_of(params, operation, settings, alternatives)
        cluster = t.cast("SharingCluster", ports.cluster)
        outcomes, interrupted = many.many(
            ports, cluster, tasks, parallel=params["max_parallel"], stop_on_failure=params["stop_on_failure"]
        )
        result = result_of(outcomes, many.summary(outcomes, done, unchanged=unchanged, dry_run=settings.dry_run))
        return {**result, "failed": True, "msg": f"{interrupted}\n{result['msg']}"} if interrupted else result

    workload.run(options, operate, **constraints)


def reference_of(params: Json) -> Reference:
    """The one workload that the options name. Raises InvalidInput."""
    if not params["name"]:
        raise errors.InvalidInput("Nothing says which workload is meant: set namespace and name, or workloads.")
    if not params["namespace"]:
        raise errors.InvalidInput(f"namespace is missing: write the namespace of {params['name']}.")
    return workload.reference_of(params)


def tasks_of(
    params: Json, operation: Operation, settings: Settings, alternatives: t.Sequence[str] = ()
) -> list[many.Task]:
    """A task for each entry of ``workloads``. Raises InvalidInput naming the entry that cannot be meant."""
    if params["name"]:
        raise errors.InvalidInput("name and workloads exclude each other: set one of them.")
    if not params["workloads"]:
        raise errors.InvalidInput("workloads is empty: name at least one workload.")
    if params["max_parallel"] < 0:
        raise errors.InvalidInput(
            f"max_parallel: {params['max_parallel']} is not possible, write 0 (all at once) or more."
        )
    tasks: list[many.Task] = []
    seen: dict[Reference, int] = {}
    for number, entry in enumerate(params["workloads"]):
        where = f"workloads[{number}]"
        own = {key: value for key, value in entry.items() if value is not None}
        try:
            task = _task(params, own, operation, settings, alternatives)
        except errors.InvalidInput as reason:
            raise errors.InvalidInput(f"{where}: {reason}") from None
        if task.reference in seen:
            raise errors.InvalidInput(
                f"{where} names {task.reference} again, workloads[{seen[task.reference]}] does: leave one out."
            )
        seen[task.reference] = number
        tasks.append(task)
    return tasks


def _task(
    params: Json, own: Json, operation: Operation, settings: Settings, alternatives: t.Sequence[str]
) -> many.Task:
    chosen = [option for option in alternatives if option in own]
    if len(chosen) > 1:
        raise errors.InvalidInput(f"{' and '.join(chosen)} exclude each other: set one of them.")
    merged = {**params, **(dict.fromkeys(alternatives) if chosen else {}), **own}
    mine = replace(workload.settings_of(merged, settings.dry_run), holder=settings.holder)
    return many.Task(reference_of(merged), mine, operation(merged))


def result_of(outcomes: t.Sequence[Outcome], message: str) -> Json:
    """All outcomes as one result."""
    results = [workload.result_of(outcome) for outcome in outcomes]
    differences = [result.pop("diff") for result in results if "diff" in result]
    return {
        "changed": any(outcome.changed for outcome in outcomes),
        "failed": any(outcome.failed for outcome in outcomes),
        "msg": message,
        "results": results,
        **({"diff": differences} if differences else {}),
    }
