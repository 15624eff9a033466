# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation.holding import GuardedCluster
from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Cluster
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, leases
from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import POD
from ansible_collections.steady.rollout.tests.unit import samples
from ansible_collections.steady.rollout.tests.unit.films.play import played, upgraded
from ansible_collections.steady.rollout.tests.unit.films.replay import FilmLease, show


def test_the_lease_is_held_from_before_the_first_write_until_the_end() -> None:
    stage, _outcome = played("image_not_found")
    (lease,) = stage.cluster.leases
    assert lease.claim.task == "Upgrade of Deployment shop/app from 1.0 to 9.9"
    assert lease.claim.owner["metadata"]["name"] == "app"
    assert lease.released


def test_every_write_makes_sure_of_it() -> None:
    stage, _outcome = played("image_not_found")
    assert stage.cluster.leases[0].confirmed == len(stage.cluster.bodies)


def test_others_can_read_in_it_how_far_the_run_is() -> None:
    stage, _outcome = played("upgrade")
    assert "1/3 new ready, 3 old left" in stage.cluster.leases[0].progress


def test_a_run_that_lost_its_lease_stops_at_once_and_undoes_nothing() -> None:
    stage = show("image_not_found")
    plain = stage.cluster.patch

    def patch(*args: object, **options: object) -> object:
        answer = plain(*args, **options)  # type: ignore[arg-type]
        stage.cluster.leases[0].taken = "Another run has taken it over: she."
        return answer

    stage.cluster.patch = patch  # type: ignore[method-assign, assignment]
    with pytest.raises(errors.LeaseLost, match=r"Upgrade of .* was given up: Another run has taken it over: she\."):
        upgraded(stage, "9.9")
    assert stage.heard.lines[-1].endswith("  Another run has taken it over: she.")
    assert len(stage.cluster.bodies) == 1
    assert stage.cluster.leases[0].released


def test_check_mode_takes_none() -> None:
    stage = show("upgrade")
    upgraded(stage, dry_run=True)
    assert stage.cluster.leases == []


def test_without_the_lease_nothing_is_created_or_deleted() -> None:
    cluster: Cluster = GuardedCluster(
        show("upgrade").cluster, FilmLease(leases.Claim(samples.REFERENCE, "me", "task"), taken="she has it")
    )
    with pytest.raises(errors.LeaseLost):
        cluster.create(POD, "shop", {})
    with pytest.raises(errors.LeaseLost):
        cluster.delete(POD, "shop", "app-1")
