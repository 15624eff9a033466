# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation import reading
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, revisions
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds import daemonset, deployment, statefulset
from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import Scope
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference
from ansible_collections.steady.rollout.tests.unit import samples, sets
from ansible_collections.steady.rollout.tests.unit.films.replay import show

Json = dict[str, t.Any]


def test_a_snapshot_is_read_with_all_that_belongs_to_the_workload() -> None:
    stage = show("upgrade")
    stage.cluster.wait(0.5)
    present = reading.workload(stage.cluster, deployment, stage.film.reference)
    snapshot = reading.snapshot(stage.cluster, deployment, stage.film.reference, present)
    assert (len(snapshot.revisions), len(snapshot.new_pods), snapshot.old_pods) == (1, 3, ())


def test_facts_are_revision_version_and_images() -> None:
    facts = reading.facts(deployment, samples.workload("2.0", 7))
    assert facts == {"revision": 7, "version": "2.0", "images": {"app": "registry.lab:5000/app:2.0"}}


def test_the_current_revision_is_found_or_none() -> None:
    entries = revisions.history(deployment, samples.snapshot(samples.workload("1.0"), [samples.revision("1.0", 1)]))
    assert reading.current(entries) == entries[0]
    assert reading.current(()) is None


def test_a_workload_that_does_not_exist_is_not_found() -> None:
    with pytest.raises(errors.NotFound):
        reading.workload(show("upgrade").cluster, deployment, Reference("Deployment", "shop", "ghost"))


def test_the_number_is_looked_up_in_the_history_where_the_workload_has_none() -> None:
    history = [sets.revision("statefulset", "1.0", 1), sets.revision("statefulset", "2.0", 4)]
    assert reading.facts(statefulset, sets.STATEFUL_SET, history=history)["revision"] == 4
    assert reading.facts(statefulset, sets.STATEFUL_SET)["revision"] == 0


def test_nodes_are_read_when_they_are_wanted_only() -> None:
    class Listing:
        """The one verb of the port that a snapshot needs."""

        def __init__(self) -> None:
            self.asked: list[str] = []

        def list(self, scope: Scope) -> list[Json]:
            """Nothing."""
            self.asked.append(scope.resource.kind)
            return []

    without, with_nodes = Listing(), Listing()
    reading.snapshot(t.cast(t.Any, without), daemonset, sets.DAEMON, sets.DAEMON_SET)
    reading.snapshot(t.cast(t.Any, with_nodes), daemonset, sets.DAEMON, sets.DAEMON_SET, nodes=True)
    assert with_nodes.asked == [*without.asked, "Node"]
