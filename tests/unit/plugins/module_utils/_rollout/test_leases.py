# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import leases
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference
from ansible_collections.steady.rollout.tests.unit import samples

NOW = "2026-11-23T12:00:05.250Z"
CLAIM = leases.Claim(samples.REFERENCE, "ops@host pid 7 (c0ffee)", "Upgrade of Deployment shop/app from 1.0 to 2.0")


def test_a_lease_stands_beside_its_workload_under_a_name_of_its_own() -> None:
    made = leases.manifest(CLAIM, NOW)
    assert (made["metadata"]["namespace"], made["metadata"]["name"]) == ("shop", "steady-rollout-deployment-app")
    assert made["spec"]["leaseDurationSeconds"] == 15


def test_it_goes_with_its_workload() -> None:
    workload = samples.workload()
    made = leases.manifest(leases.Claim(samples.REFERENCE, "me", "task", workload), NOW)
    (owner,) = made["metadata"]["ownerReferences"]
    assert owner == {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "name": workload["metadata"]["name"],
        "uid": workload["metadata"]["uid"],
    }


@pytest.mark.parametrize("length", [200, 230, 253])
def test_long_names_make_valid_names_that_stay_apart(length: int) -> None:
    names = {leases.name_of(Reference(kind, "shop", "a" * length)) for kind in ("Deployment", "StatefulSet")}
    assert len(names) == 2
    assert all(len(name) <= 253 for name in names)
    other = leases.name_of(Reference("Deployment", "shop", "a" * (length - 1) + "b"))
    assert other not in names


def test_moments_have_six_digits_as_the_api_server_wants_them() -> None:
    assert leases.manifest(CLAIM, NOW)["spec"]["renewTime"] == "2026-11-23T12:00:05.250000Z"
    assert leases.manifest(CLAIM, "2026-11-23T12:00:05Z")["spec"]["renewTime"] == "2026-11-23T12:00:05.000000Z"


def test_a_takeover_is_for_this_very_lease_and_counts_itself() -> None:
    held = leases.manifest(CLAIM, NOW)
    held["metadata"]["resourceVersion"] = "41"
    patch = leases.takeover(leases.Claim(samples.REFERENCE, "other", "Rollback"), held, NOW)
    assert patch["metadata"]["resourceVersion"] == "41"
    assert (patch["spec"]["holderIdentity"], patch["spec"]["leaseTransitions"]) == ("other", 1)


def test_readers_see_who_is_at_what_and_how_far() -> None:
    lease = leases.manifest(CLAIM, NOW)
    lease["metadata"]["annotations"][leases.PROGRESS] = "2/3 new ready, 1 old left"
    assert leases.facts(lease) == {
        "holder": "ops@host pid 7 (c0ffee)",
        "task": "Upgrade of Deployment shop/app from 1.0 to 2.0",
        "progress": "2/3 new ready, 1 old left",
        "since": "2026-11-23T12:00:05.250000Z",
        "renewed": "2026-11-23T12:00:05.250000Z",
    }
    assert leases.told(lease) == (
        "ops@host pid 7 (c0ffee) since 2026-11-23T12:00:05Z for: Upgrade of Deployment shop/app from 1.0 to 2.0"
    )


def test_a_lease_without_a_holder_tells_nothing() -> None:
    assert leases.facts({"metadata": {}, "spec": {}}) == {}
    assert leases.told({}) == "nobody"
