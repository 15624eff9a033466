# SPDX-License-Identifier: GPL-3.0-or-later
"""Which pods a drain takes from a node, which stay, which it must not take without being told; and why a budget lets none go."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.steady.rollout.plugins.module_utils._rollout import nodes, objects, selectors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import NEVER, Finding

Json = dict[str, t.Any]

_NAMED = 3


@dataclass(frozen=True)
class Consent:
    """What may be lost: pods that nothing makes anew (``force``), and what is in emptyDir volumes (``delete_emptydir_data``)."""

    force: bool = False
    delete_emptydir_data: bool = False


@dataclass(frozen=True)
class Sorted:
    """The pods of a node: those to evict, those on their way out, those that stay, and why each that is in the way is."""

    evict: tuple[Json, ...]
    leaving: tuple[Json, ...]
    staying: tuple[Json, ...]
    refused: tuple[str, ...]

    @property
    def left(self) -> int:
        """How many pods have still to be gone."""
        return len(self.evict) + len(self.leaving)


def sort(pods: t.Iterable[Json], consent: Consent) -> Sorted:
    """The pods sorted by what a drain does with them."""
    evict, leaving, staying, refused = [], [], [], []
    for pod in pods:
        if nodes.belongs_to_node(pod):
            staying.append(pod)
        elif objects.terminating(pod):
            leaving.append(pod)
        elif why := _loss(pod, consent):
            refused.append(f"pod {short(pod)} {why}")
        else:
            evict.append(pod)
    return Sorted(tuple(evict), tuple(leaving), tuple(staying), tuple(refused))


def _loss(pod: Json, consent: Consent) -> str:
    """What evicting it would lose that nobody has agreed to lose; a pod that has ended loses nothing."""
    if objects.status(pod).get("phase") in ("Failed", "Succeeded"):
        return ""
    if not consent.force and nodes.owner_of(pod) is None:
        return "has no controller that would make it anew (force: true deletes it for good)"
    volumes = [volume["name"] for volume in objects.spec(pod).get("volumes") or () if "emptyDir" in volume]
    if volumes and not consent.delete_emptydir_data:
        return f"keeps data in emptyDir {', '.join(volumes)} (delete_emptydir_data: true lets that go)"
    return ""


def short(obj: Json) -> str:
    """``namespace/name``."""
    return f"{objects.metadata(obj).get('namespace', '')}/{objects.name(obj)}"


def covering(budgets: t.Iterable[Json], pod: Json) -> list[Json]:
    """The disruption budgets that the pod counts in."""
    space = objects.metadata(pod).get("namespace")
    return [
        budget
        for budget in budgets
        if objects.metadata(budget).get("namespace") == space and _selects(budget, objects.labels(pod))
    ]


def _selects(budget: Json, labels: dict[str, str]) -> bool:
    # An empty selector of policy/v1 selects every pod of the namespace, a missing one none.
    if objects.spec(budget).get("selector") is None:
        return False
    return selectors.parse(objects.selector(budget)).selects(labels)


def allows(budget: Json) -> bool:
    """Whether a pod more may go at the moment."""
    return objects.observed(budget) and objects.number(objects.status(budget), "disruptionsAllowed") > 0


def blocked(pod: Json, budgets: t.Sequence[Json], said: str, neighbours: t.Iterable[Json] = ()) -> Finding:
    """Why the pod may not go. ``said``: the API server's words; ``neighbours``: pods of its namespace, as far as they are known."""
    tight = next((budget for budget in budgets if not allows(budget)), budgets[0] if budgets else None)
    message, evidence = said, {}
    if tight:
        message = f"PodDisruptionBudget {short(tight)} lets no pod go: {_count(tight)}{_missing(tight, neighbours)}"
        evidence = {"budget": objects.name(tight), "said": said, **_figures(tight)}
    return Finding(
        code="disruption_budget",
        title="a disruption budget lets no pod go",
        message=message,
        grace=NEVER,
        pod=objects.name(pod),
        hint="Mend the pods that it waits for, or give the workload a replica more, or loosen the budget.",
        evidence=evidence,
    )


def _figures(budget: Json) -> Json:
    status = objects.status(budget)
    return {
        key: objects.number(status, key)
        for key in ("currentHealthy", "desiredHealthy", "expectedPods", "disruptionsAllowed")
    }


def _count(budget: Json) -> str:
    spec, figures = objects.spec(budget), _figures(budget)
    rule = next((f"{key}: {spec[key]}" for key in ("minAvailable", "maxUnavailable") if spec.get(key) is not None), "")
    healthy, wanted, pods = figures["currentHealthy"], figures["desiredHealthy"], figures["expectedPods"]
    going = len(objects.status(budget).get("disruptedPods") or ())
    said = f"{healthy} of {pods} pods healthy, {wanted} have to be{f' ({rule})' if rule else ''}"
    return f"{said}, {going} on {'its' if going == 1 else 'their'} way out already" if going else said


def _missing(budget: Json, neighbours: t.Iterable[Json]) -> str:
    sick = sorted(
        objects.name(pod)
        for pod in neighbours
        if objects.active(pod) and not objects.takes_traffic(pod) and covering([budget], pod)
    )
    more = f" and {len(sick) - _NAMED} more" if len(sick) > _NAMED else ""
    return f"; not ready: {', '.join(sick[:_NAMED])}{more}" if sick else ""


def lingering(pod: Json, node_is: str) -> Finding:
    """A pod that was told to go and has not. ``node_is``: why its node is not ready, empty when it is."""
    meta = objects.metadata(pod)
    kept = ", ".join(meta.get("finalizers") or ())
    stopping = f"its node is {node_is}" if node_is else "its containers have not ended"
    return Finding(
        code="terminating",
        title="pod does not go",
        message=f"to be deleted since {meta.get('deletionTimestamp')}: {f'kept by the finalizer {kept}' if kept else stopping}",
        grace=NEVER,
        pod=objects.name(pod),
        hint="Look at its node, at its finalizers, and at what its containers do when they are told to stop.",
        evidence={"finalizers": meta.get("finalizers") or []},
    )
