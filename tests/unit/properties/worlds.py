# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that one look at a workload can find: as it is once it is complete, and as it was at any moment of any film."""

from __future__ import annotations

import copy
import functools
import typing as t
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from ansible_collections.steady.rollout.plugins.module_utils._rollout import kinds, objects
from ansible_collections.steady.rollout.plugins.module_utils._rollout import verdict as verdicts
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Limits
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds.kind import Kind
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference, Snapshot
from ansible_collections.steady.rollout.tests.unit import samples, sets
from ansible_collections.steady.rollout.tests.unit.films import film as films

Json = dict[str, t.Any]
Objects = tuple[Json, ...]

IMPATIENT = Limits(image_pull_grace=0.0, unschedulable_grace=0.0, config_grace=0.0, probe_grace=0.0, crash_restarts=0)
"""Under these everything that can doom does so at the first look."""


@dataclass(frozen=True)
class World:
    """A workload, the revisions and pods that its selector finds, and the warnings of its namespace."""

    reference: Reference
    workload: Json
    revisions: Objects
    pods: Objects
    events: Objects = ()

    def __repr__(self) -> str:
        return f"World({self.reference}, {self.workload['metadata'].get('resourceVersion')}, {len(self.pods)} pods)"

    def _repr_pretty_(self, printer: t.Any, _cycle: bool) -> None:
        """So that hypothesis does not print all of it."""
        printer.text(repr(self))

    @property
    def kind(self) -> Kind:
        """What it is."""
        return kinds.named(self.reference.kind)

    @property
    def snapshot(self) -> Snapshot:
        """What one look gathers of it."""
        return self.kind.gather(self.reference, ([self.workload], self.revisions, self.pods, self.events))

    @property
    def aim(self) -> verdicts.Aim:
        """A wait for it as it is."""
        return verdicts.aim_at(self.workload)

    def judged(
        self, *, aim: verdicts.Aim | None = None, limits: Limits = IMPATIENT, at: float = 0.0
    ) -> verdicts.Verdict:
        """The verdict of a first look."""
        return verdicts.judge(self.kind, self.snapshot, aim or self.aim, verdicts.Memory(), limits, at)[1]

    def having(self, changes: Json) -> World:
        """The same with fields of the workload changed as by a merge patch."""
        return replace(self, workload=samples.having(self.workload, changes))


COMPLETE: dict[str, World] = {
    "Deployment": World(
        samples.REFERENCE,
        samples.workload("2.0", 2),
        (samples.revision("1.0", 1), samples.revision("2.0", 2)),
        tuple(samples.pod("2.0", name) for name in ("a", "b", "c")),
    ),
    "StatefulSet": World(
        sets.ORDERED,
        sets.STATEFUL_SET,
        (sets.revision("statefulset", "1.0", 1), sets.revision("statefulset", "2.0", 2)),
        tuple(sets.pod("statefulset", "2.0", str(which)) for which in range(3)),
    ),
    "DaemonSet": World(
        sets.DAEMON,
        sets.DAEMON_SET,
        (sets.revision("daemonset", "1.0", 1), sets.revision("daemonset", "2.0", 2)),
        tuple(sets.pod("daemonset", "2.0", node) for node in ("a", "b")),
    ),
}
FILMS = tuple(sorted(path.stem for path in films.FOLDER.glob("*.jsonl")))


@functools.cache
def filmed(name: str) -> tuple[World, ...]:
    """The film's world after each of its events, as far as the workload was there."""
    film, stage, seen = films.load(name), films.Stage(), []
    kind = kinds.named(film.reference.kind)
    for scene in film.scenes:
        if "object" not in scene:
            continue
        stage.take(scene)
        workload = stage.objects.get((film.reference.kind, film.reference.name))
        if workload is not None:
            parts = [tuple(stage.list(scope)) for scope in kind.scopes(workload)]
            seen.append(World(film.reference, workload, *parts[1:4]))
    return tuple(seen)


def moments() -> st.SearchStrategy[World]:
    """Any moment of any film."""
    return st.sampled_from(FILMS).flatmap(lambda name: st.sampled_from(filmed(name)))


def strangers(world: World) -> World:
    """The same pods, revisions and warnings once more, as those of another workload whose labels are the same."""

    def strange(item: Json) -> Json:
        made = copy.deepcopy(item)
        made["metadata"].update(name=f"other-{objects.name(item)}", uid=f"other-{objects.uid(item)}")
        for reference in made["metadata"].get("ownerReferences", ()):
            reference["uid"] = f"other-{reference['uid']}"
        return made

    def strange_event(event: Json) -> Json:
        about = event.get("involvedObject") or {}
        return {**strange(event), "involvedObject": {**about, "uid": f"other-{about.get('uid')}"}}

    return replace(
        world,
        revisions=(*map(strange, world.revisions), *world.revisions),
        pods=(*map(strange, world.pods), *world.pods),
        events=(*map(strange_event, world.events), *world.events),
    )


def outdated(world: World) -> World:
    """The world whose new pods are those of an earlier revision; the same where there is none."""
    snapshot = world.snapshot
    earlier = [item for item in snapshot.revisions if item is not snapshot.newest]
    if snapshot.newest is None or not earlier:
        return world

    def moved(pod: Json) -> Json:
        if pod not in snapshot.new_pods:
            return pod
        made = copy.deepcopy(pod)
        if world.reference.kind == "Deployment":
            for reference in made["metadata"]["ownerReferences"]:
                reference.update(name=objects.name(earlier[0]), uid=objects.uid(earlier[0]))
        else:
            made["metadata"]["labels"][objects.REVISION_HASH] = world.kind.identity(earlier[0])
        return made

    return replace(world, pods=tuple(map(moved, world.pods)))
