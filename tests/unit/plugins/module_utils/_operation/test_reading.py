# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation import reading
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, revisions
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds import deployment
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference
from ansible_collections.steady.rollout.tests.unit import samples
from ansible_collections.steady.rollout.tests.unit.films.replay import show


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
