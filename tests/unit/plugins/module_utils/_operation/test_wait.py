# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports
from ansible_collections.steady.rollout.plugins.module_utils._operation.wait import wait
from ansible_collections.steady.rollout.plugins.module_utils._rollout import conditions, errors, objects, resources
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference
from ansible_collections.steady.rollout.tests.unit import samples
from ansible_collections.steady.rollout.tests.unit.films import twists
from ansible_collections.steady.rollout.tests.unit.films.replay import FilmClock, Heard, show

Json = dict[str, t.Any]


def test_what_is_complete_is_answered_at_once_and_nothing_is_written() -> None:
    stage = show("upgrade")
    outcome = wait(stage.ports, stage.film.reference, Settings())
    assert (outcome.message, outcome.changed) == ("Deployment shop/app is complete on 1.0.", False)
    assert stage.cluster.bodies == []


def test_a_rollout_that_somebody_else_began_is_judged_and_left_alone() -> None:
    stage = show("image_not_found")
    stage.cluster.somebody_writes()
    outcome = wait(stage.ports, stage.film.reference, Settings())
    assert outcome.failed
    assert outcome.message.startswith("Waiting for Deployment shop/app (9.9) failed after ")
    assert outcome.findings[0].code == "image_not_found"
    assert stage.cluster.bodies == []


def test_a_paused_workload_would_never_be_complete() -> None:
    stage = show("upgrade", twists.beginning_with(spec={"paused": True}))
    with pytest.raises(errors.Refused, match="it is paused"):
        wait(stage.ports, stage.film.reference, Settings())


def test_an_unknown_workload_is_not_found() -> None:
    with pytest.raises(errors.NotFound):
        wait(show("upgrade").ports, Reference("Deployment", "shop", "ghost"), Settings())


class Reading:
    """The port ``Cluster`` over objects that do not change; a feed over them has everything at once."""

    def __init__(self, *items: Json) -> None:
        self.items = items

    def read(self, resource: resources.Resource, namespace: str, name: str) -> Json:
        """One object."""
        found = [item for item in self.items if item["kind"] == resource.kind and objects.name(item) == name]
        if not found or objects.metadata(found[0]).get("namespace", "") != namespace:
            raise errors.NotFound(f"There is no {resource.kind} {namespace}/{name}.")
        return found[0]

    def list(self, scope: resources.Scope) -> list[Json]:
        """The scope's objects, its selectors aside."""
        return [item for item in self.items if item["kind"] == scope.resource.kind]

    objects = list

    def find(self, api_version: str, kind: str) -> tuple[resources.Resource, bool]:
        """The kind, which is in no namespace."""
        return resources.Resource(api_version, f"{kind.lower()}s", kind), False

    def logs(self, *_container: str, **_options: object) -> str:
        """What every container said."""
        return "unknown port"

    def open_feed(self, _scopes: object) -> Reading:
        """Itself."""
        return self

    def trouble(self) -> str:
        """None."""
        return ""

    def close(self) -> None:
        """Nothing."""


def waited(reference: Reference, *items: Json, goal: conditions.Goal | None = None) -> Outcome:
    ports = Ports(t.cast(t.Any, Reading(*items)), FilmClock(), Heard())
    return wait(ports, reference, Settings(), goal)


def test_a_failed_job_is_told_with_its_last_words() -> None:
    outcome = waited(
        Reference("Job", "shop", "fails"), samples.recorded("failed_job"), samples.recorded("pod_of_failed_job")
    )
    assert outcome.failed
    assert outcome.message.splitlines()[0].endswith(
        "Job has reached the specified backoff limit (BackoffLimitExceeded)."
    )
    assert "log: unknown port" in outcome.message
    assert "timeout" not in outcome.message


def test_a_job_that_may_try_again_is_not_failed_by_its_restarts() -> None:
    """Only the Job itself says when it has been enough; the wait goes on until its own deadline."""
    trying = samples.having(samples.recorded("failed_job"), {"status": {"conditions": [], "active": 1}})
    pod = samples.having(samples.recorded("pod_of_failed_job"), {"status": {"phase": "Running"}})
    pod["status"]["containerStatuses"][0].update(restartCount=5, state=samples.waiting("CrashLoopBackOff"))
    clock = FilmClock()
    cluster = Reading(trying, pod)
    cluster.wait = lambda seconds: setattr(clock, "at", clock.at + seconds)  # type: ignore[attr-defined]
    outcome = wait(
        Ports(t.cast(t.Any, cluster), clock, Heard()), Reference("Job", "shop", "fails"), Settings(timeout=9)
    )
    assert "not complete after 9.0 s" in outcome.message


def test_an_object_of_another_kind_is_judged_by_its_expression_where_it_is() -> None:
    item = {"kind": "Widget", "metadata": {"name": "first", "uid": "1"}, "status": {"phase": "Ready"}}
    goal = conditions.Goal("example.com/v1", "status.phase == 'Ready'")
    outcome = waited(Reference("Widget", "shop", "first"), item, goal=goal)
    assert (outcome.failed, outcome.status, outcome.message) == (False, "complete", "Widget first is complete.")


def test_a_kind_that_nobody_knows_needs_an_expression() -> None:
    with pytest.raises(errors.InvalidInput, match="success_condition"):
        waited(Reference("Widget", "shop", "first"))
