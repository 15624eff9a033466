# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import dataclasses
import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation.survey import Glance
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.leases import Claim
from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import DEPLOYMENT
from ansible_collections.steady.rollout.tests.unit.films.play import upgraded
from ansible_collections.steady.rollout.tests.unit.films.replay import FilmLease, Reel, Show, show

Json = dict[str, t.Any]


class Stopped(Reel):
    """A feed in which a signal arrives once the first new pod is ready."""

    def wait(self, timeout: float) -> bool:
        workload = self.projector.read(DEPLOYMENT, "shop", "app")
        if workload["status"].get("updatedReplicas") == 2:
            raise errors.Interrupted("Stopped by SIGTERM.")
        return super().wait(timeout)


def test_a_run_that_is_stopped_says_what_state_it_leaves() -> None:
    stage = show("upgrade")
    stage.cluster.open_feed = lambda _scopes: Stopped(stage.cluster)  # type: ignore[method-assign]
    with pytest.raises(errors.Interrupted) as stopped:
        upgraded(stage)
    assert str(stopped.value) == (
        "Stopped by SIGTERM. Deployment shop/app: Upgrade of Deployment shop/app from 1.0 to 2.0 has been written; the cluster goes on"
        " with it by itself. Last seen: 1/3 new ready, 2 old left."
    )
    assert stage.cluster.leases[0].released


def test_a_run_that_is_stopped_while_it_writes_does_not_say_more_than_it_knows() -> None:
    stage = show("upgrade")
    stage.cluster.troubles = [errors.Interrupted("Stopped by SIGINT.")]  # type: ignore[list-item]
    with pytest.raises(
        errors.Interrupted,
        match=r"Stopped by SIGINT\. Deployment shop/app: .* was just being written; workload_info tells",
    ):
        upgraded(stage)


def contended(stage: Show) -> None:
    """Another run held the Lease and rolled the workload while this one waited for it."""
    plain = stage.cluster.lease

    def lease(*args: t.Any, **options: t.Any) -> t.Any:
        held = plain(*args, **options)
        for item in stage.cluster.stage.objects.values():
            if item["kind"] == "Deployment":
                item["spec"]["paused"] = True
        return dataclasses.replace(held, contended=True)

    stage.cluster.lease = lease  # type: ignore[method-assign]


def test_what_another_run_did_meanwhile_is_read_before_anything_is_written() -> None:
    stage = show("upgrade")
    contended(stage)
    with pytest.raises(errors.Refused, match="it is paused"):
        upgraded(stage)
    assert stage.cluster.bodies == []


def old_look(stage: Show) -> None:
    """One of many: the look that it shares shows the workload as it was at the beginning."""
    old = copy.deepcopy([item for item in stage.cluster.stage.objects.values() if item["kind"] == "Deployment"])
    for item in old:
        item["metadata"]["resourceVersion"] = "1"
    glance = Glance(stage.cluster, stage.clock)
    stage.cluster.seen = lambda scope: old if scope.resource == DEPLOYMENT and scope.fields else []  # type: ignore[method-assign]
    stage.ports = dataclasses.replace(stage.ports, glance=t.cast(t.Any, glance))


def test_a_workload_that_moved_since_many_looked_at_it_is_read_again() -> None:
    stage = show("upgrade")
    old_look(stage)
    outcome = upgraded(stage)
    assert outcome.status == "complete", outcome.message
    assert stage.cluster.bodies[0]["metadata"]["resourceVersion"] != "1"


def test_what_was_done_to_it_since_many_looked_at_it_is_heeded() -> None:
    stage = show("upgrade")
    old_look(stage)
    for item in stage.cluster.stage.objects.values():
        if item["kind"] == "Deployment":
            item["spec"]["paused"] = True
    with pytest.raises(errors.Refused, match="it is paused"):
        upgraded(stage)
    assert stage.cluster.bodies == []


def test_after_another_run_nobody_trusts_an_old_look() -> None:
    stage = show("upgrade")
    old_look(stage)
    contended(stage)
    with pytest.raises(errors.Refused, match="it is paused"):
        upgraded(stage)
    assert stage.cluster.tried == stage.cluster.bodies == []


def test_what_is_refused_is_refused_before_the_lease() -> None:
    stage = show("upgrade")
    for item in stage.cluster.stage.objects.values():
        if item["kind"] == "Deployment":
            item["spec"]["paused"] = True
    with pytest.raises(errors.Refused):
        upgraded(stage)
    assert stage.cluster.leases == []


class Unwilling(FilmLease):
    """A Lease while whose taking a signal arrives."""

    def take(self, *, by_force: bool) -> None:
        raise errors.Interrupted("Stopped by SIGTERM.")


def test_a_run_that_is_stopped_before_it_writes_says_that_nothing_was_changed_and_ends_its_lease() -> None:
    stage = show("upgrade")
    taken: list[FilmLease] = []

    def lease(claim: Claim, **_options: t.Any) -> FilmLease:
        taken.append(Unwilling(claim))
        return taken[0]

    stage.cluster.lease = lease  # type: ignore[method-assign]
    with pytest.raises(errors.Interrupted, match=r"Stopped by SIGTERM\. Deployment shop/app: nothing was changed\."):
        upgraded(stage)
    assert taken[0].released


def test_a_server_that_stays_away_after_the_write_is_told_with_what_has_been_written() -> None:
    stage = show("upgrade")

    def away(_scopes: t.Any) -> t.NoReturn:
        stage.clock.at += 60.0
        raise errors.Unreachable("API server 10.0.0.1:6443 gave no usable answer.")

    stage.cluster.open_feed = away  # type: ignore[method-assign]
    with pytest.raises(
        errors.Unreachable, match=r"no usable answer\. Deployment shop/app: Upgrade of .* has been written"
    ):
        upgraded(stage, timeout=50.0)
