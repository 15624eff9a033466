# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._operation.upgrade import Wanted, upgrade
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import Scope
from ansible_collections.steady.rollout.plugins.module_utils._rollout.zero_downtime import Care
from ansible_collections.steady.rollout.tests.unit.films.replay import Show, show

Json = dict[str, t.Any]

SERVICE = {
    "kind": "Service",
    "metadata": {"name": "front"},
    "spec": {"selector": {"app.kubernetes.io/name": "app"}, "ports": [{"port": 8080}]},
}
WARN, REQUIRE = Care(require=False), Care(require=True)


def upgraded(stage: Show, care: Care | None, **settings: t.Any) -> Outcome:
    return upgrade(stage.ports, stage.film.reference, Wanted("2.0"), Settings(zero_downtime=care, **settings))


def served(*more: Json) -> Show:
    stage = show("upgrade")
    stage.cluster.extra = [SERVICE, *more]
    return stage


def forbidden(stage: Show, kind: str = "Service") -> Show:
    """Who may not list that kind."""
    listed = stage.cluster.list

    def listing(scope: Scope) -> list[Json]:
        if scope.resource.kind == kind:
            raise errors.Forbidden(f"list {scope.resource.plural} is not allowed.")
        return listed(scope)

    stage.cluster.list = listing  # type: ignore[method-assign]
    return stage


def test_people_are_warned_of_all_points_at_once_and_it_goes_on() -> None:
    outcome = upgraded(served(), WARN)
    (warning,) = outcome.warnings
    assert outcome.status == "complete"
    assert warning.startswith("Deployment shop/app: requests to Service front may be lost while it rolls. ")
    assert "has no preStop hook" in warning
    assert not [entry for entry in outcome.timeline if "front" in entry["text"]]


def test_what_is_required_is_refused_before_anything_is_written() -> None:
    stage = served({"kind": "PodDisruptionBudget", "metadata": {"name": "loose"}, "spec": {}})
    with pytest.raises(
        errors.Refused, match="^Deployment shop/app was not changed: requests to Service front would be lost, and"
    ):
        upgraded(stage, REQUIRE)
    assert stage.cluster.tried == stage.cluster.leases == []


def test_check_mode_says_the_same() -> None:
    assert len(upgraded(served(), WARN, dry_run=True).warnings) == 1
    with pytest.raises(errors.Refused):
        upgraded(served(), REQUIRE, dry_run=True)


def test_many_are_warned_of_once_and_refused_before_the_first() -> None:
    stage = served()
    assert upgraded(stage, WARN, only_check=True).warnings == ()
    with pytest.raises(errors.Refused):
        upgraded(stage, REQUIRE, only_check=True)


def test_what_no_service_selects_serves_nobody() -> None:
    stage = show("upgrade")
    stage.cluster.extra = [{**SERVICE, "spec": {"selector": {"app": "other"}}}]
    assert upgraded(stage, REQUIRE).warnings == ()


def test_nobody_looks_where_it_is_not_asked_for() -> None:
    assert upgraded(forbidden(served()), None).warnings == ()


def test_who_may_not_list_services_is_told_and_goes_on_unless_it_is_required() -> None:
    outcome = upgraded(forbidden(served()), WARN)
    assert [entry["text"] for entry in outcome.timeline if "zero downtime" in entry["text"]] == [
        "zero downtime was not checked: list services is not allowed."
    ]
    with pytest.raises(errors.Refused, match="zero_downtime is required and cannot be checked: list services is not"):
        upgraded(forbidden(served()), REQUIRE)


def test_who_may_not_list_budgets_goes_without_the_note() -> None:
    with pytest.raises(errors.Refused, match="has no preStop hook"):
        upgraded(forbidden(served(), "PodDisruptionBudget"), REQUIRE)


def test_a_change_that_rolls_nothing_is_not_looked_at() -> None:
    stage = show("upgrade")
    stage.cluster.extra = [SERVICE]
    same = Settings(zero_downtime=REQUIRE, dry_run=True)
    assert upgrade(stage.ports, stage.film.reference, Wanted("1.0"), same).changed is False
