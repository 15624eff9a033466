# SPDX-License-Identifier: GPL-3.0-or-later
"""Kinds that are waited for and never rolled: they have no revisions, so there is nothing to go back to."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, objects, resources
from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import Resource, Scope
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference, Snapshot
from ansible_collections.steady.rollout.plugins.module_utils._rollout.status import Status

Json = dict[str, t.Any]

NO_REVISIONS = "it has no revisions to roll or to go back to; workload_wait waits for it."


def nothing_forbids(_workload: Json) -> str:
    """An empty string."""
    return ""


@dataclass
class Unrolled:
    """Satisfies ``Kind`` with one function that says how far the object is, and with its pods where it has some."""

    RESOURCE: Resource
    says: t.Callable[[Json], Status]
    refuses: t.Callable[[Json], str] = nothing_forbids
    has_pods: bool = False
    REVISION_RESOURCE: Resource = resources.CONTROLLER_REVISION
    ONE_IS_ENOUGH: bool = False
    UNSCALABLE: str = NO_REVISIONS

    def scopes(self, workload: Json, *, nodes: bool = False) -> tuple[Scope, ...]:
        """The object, and its pods and warnings."""
        namespace = str(objects.metadata(workload).get("namespace", ""))
        own = Scope(self.RESOURCE, namespace, fields=f"metadata.name={objects.name(workload)}")
        if not self.has_pods:
            return (own,)
        pods = Scope(resources.POD, namespace, labels=objects.selector(workload))
        return (own, pods, Scope(resources.EVENT, namespace, fields="type=Warning"))

    def gather(self, reference: Reference, seen: t.Iterable[t.Sequence[Json]]) -> Snapshot:
        """Put what ``scopes`` asked for together. All its pods are new."""
        own, pods, events = (*seen, (), ())[:3]
        workload = next((item for item in own if objects.name(item) == reference.name), None)
        if workload is None:
            return Snapshot(None)
        owned = tuple(pod for pod in pods if objects.controlled_by(pod, objects.uid(workload)))
        return Snapshot(workload, new_pods=owned, events=tuple(events))

    def observed(self, workload: Json) -> bool:
        """Whether its controller has seen the spec as it is now, as far as it tells."""
        seen = objects.status(workload).get("observedGeneration")
        return seen is None or seen == objects.metadata(workload).get("generation")

    def judge(self, snapshot: Snapshot) -> Status:
        """How far it is."""
        if snapshot.workload is None:
            return Status(False, "it does not exist")
        if not self.observed(snapshot.workload):
            waits = "waiting for the controller to see the new spec"
            return Status(False, waits, words=waits)
        return self.says(snapshot.workload)

    def wanted(self, _workload: Json) -> int:
        """No number of pods is what it is about."""
        return 0

    def available(self, _workload: Json) -> int:
        """No number of pods is what it is about."""
        return 0

    def is_ready(self, pod: Json) -> bool:
        """Whether the pod runs as it should."""
        return objects.takes_traffic(pod)

    def revision_number(self, _revision: Json) -> int:
        """There is none."""
        return 0

    def number_of(self, _workload: Json, _revisions: t.Iterable[Json]) -> int:
        """There is none."""
        return 0

    def identity(self, revision: Json) -> str:
        """There is none but its name."""
        return objects.name(revision)

    def template_of(self, revision: Json) -> Json:
        """The pod template, if it has one."""
        return objects.template(revision)

    def refusal(self, workload: Json) -> str:
        """Why it would be waited for in vain."""
        return self.refuses(workload)

    def by_hand(self, _workload: Json) -> bool:
        """Never."""
        return False

    def paused(self, _workload: Json) -> bool:
        """Never."""
        return False

    def pause_patch(self, _workload: Json, _paused: bool) -> Json:
        """Raises Refused."""
        raise errors.Refused(NO_REVISIONS)

    def resume_command(self, _workload: Json) -> str:
        """There is none."""
        return ""

    def stuck(self, _snapshot: Snapshot) -> tuple[Json, ...]:
        """None."""
        return ()

    def surge(self, _workload: Json) -> tuple[int, int]:
        """Nothing rolls."""
        return 0, 0
