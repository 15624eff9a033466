# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation import checks, roll
from ansible_collections.steady.rollout.plugins.module_utils._operation.journal import Journal
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Settings
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds import daemonset, deployment, statefulset
from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import Scope
from ansible_collections.steady.rollout.tests.unit import samples, sets
from ansible_collections.steady.rollout.tests.unit.films.replay import show

Json = dict[str, t.Any]

HELM = {"metadata": {"labels": {"app.kubernetes.io/managed-by": "Helm"}}}
FORGETFUL = {"spec": {"revisionHistoryLimit": 0}}
ROOM = {
    "kind": "ResourceQuota",
    "metadata": {"name": "room"},
    "spec": {},
    "status": {"hard": {"pods": "3"}, "used": {"pods": "3"}},
}


@pytest.mark.parametrize(
    ("changes", "settings", "reason"),
    [
        ({"spec": {"paused": True}}, Settings(), "it is paused"),
        (HELM, Settings(), "managed by Helm"),
        (FORGETFUL, Settings(), "no way back"),
    ],
)
def test_a_state_or_hands_that_forbid_rolling_are_refused_by_name(
    changes: Json, settings: Settings, reason: str
) -> None:
    with pytest.raises(errors.Refused, match=f"^Deployment shop/app was not changed: .*{reason}"):
        checks.may_roll(deployment, samples.REFERENCE, samples.workload(changes=changes), settings)


@pytest.mark.parametrize(
    ("changes", "settings"),
    [({}, Settings()), (HELM, Settings(allow_managed=True)), (FORGETFUL, Settings(on_failure="keep"))],
)
def test_what_the_user_allows_is_not_refused(changes: Json, settings: Settings) -> None:
    checks.may_roll(deployment, samples.REFERENCE, samples.workload(changes=changes), settings)


def forbidden(_scope: Scope) -> list[Json]:
    raise errors.Forbidden("RBAC does not allow it")


def room(extra: list[Json], reading: t.Callable[[Scope], list[Json]] | None = None) -> list[str]:
    stage = show("upgrade")
    stage.cluster.extra = extra
    if reading:
        stage.cluster.list = reading  # type: ignore[method-assign]
    journal = Journal(stage.ports, stage.film.reference)
    template = samples.workload("2.0")["spec"]["template"]
    checks.has_room(stage.cluster, deployment, samples.REFERENCE, samples.workload(), template, journal)
    return [entry["text"] for entry in journal.entries]


def test_a_quota_without_room_for_a_surge_pod_is_refused_before_anything_is_written() -> None:
    assert room([]) == []
    with pytest.raises(errors.Refused, match="ResourceQuota room has no room for a surge pod"):
        room([ROOM])


def test_who_may_not_read_quotas_is_told_so_and_goes_on() -> None:
    assert room([], forbidden) == ["quota head-room was not checked: RBAC does not allow it"]


def test_an_autoscaler_that_owns_the_replicas_is_named_with_its_limits() -> None:
    stage = show("upgrade")
    target = {"kind": "Deployment", "name": "app"}
    scaler = {
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "busy"},
        "spec": {"scaleTargetRef": target, "maxReplicas": 9},
    }
    assert checks.autoscaled(stage.cluster, samples.REFERENCE, "") == ""
    stage.cluster.extra = [samples.having(scaler, {"spec": {"scaleTargetRef": {"name": "other"}}}), scaler]
    text = checks.autoscaled(stage.cluster, samples.REFERENCE, "Ask it.")
    assert text == "HorizontalPodAutoscaler busy owns its number of replicas (1 to 9). Ask it."


@pytest.mark.parametrize(
    ("changed", "message"), [(True, "Deployment shop/app would be upgraded."), (False, "Deployment shop/app upgraded.")]
)
def test_a_prediction_says_what_would_be(changed: bool, message: str) -> None:
    stage = show("upgrade")
    running = roll.Roll(stage.ports, deployment, samples.REFERENCE, Settings(), Journal(stage.ports, samples.REFERENCE))
    change = roll.Change(
        "Upgrade", "upgraded", samples.workload("2.0", 2), samples.workload(), {"before": "a"}, changed
    )
    outcome = checks.predicted(running, change)
    assert (outcome.message, outcome.changed, outcome.failed, outcome.status) == (message, changed, False, "")
    assert (outcome.before["version"], outcome.after["version"], outcome.diff) == ("1.0", "2.0", {"before": "a"})


def test_what_cannot_be_paused_is_refused_before_it_would_have_to_be() -> None:
    settings = Settings(on_failure="pause")
    with pytest.raises(errors.Refused, match="DaemonSet shop/web was not changed: a DaemonSet cannot be paused"):
        checks.may_roll(daemonset, sets.DAEMON, sets.DAEMON_SET, settings)
    checks.may_roll(statefulset, sets.ORDERED, sets.STATEFUL_SET, settings)
