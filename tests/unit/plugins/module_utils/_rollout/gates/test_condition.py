# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, resources
from ansible_collections.steady.rollout.tests.unit import samples
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._rollout.gates import looks

Json = dict[str, t.Any]

PLACE = {"resource": resources.DEPLOYMENT, "namespaced": True}


def watch(jmespath: str, **options: t.Any) -> looks.Watch:
    written = {"api_version": "apps/v1", "kind": "Deployment", "name": "db", "jmespath": jmespath, **options}
    return looks.Watch(looks.one({"condition": written}, **PLACE))


def db(**status: t.Any) -> list[Json]:
    return [samples.having(samples.workload(), {"metadata": {"name": "db"}, "status": status}), samples.workload()]


def test_it_passes_when_the_expression_is_true() -> None:
    seen = watch("status.readyReplicas >= `2`").look(10, looks.complete(), objects=db(readyReplicas=2))
    assert (seen.state, seen.message) == ("passed", "status.readyReplicas >= `2` of Deployment db is true")


def test_it_fails_when_it_has_not_become_true_in_time() -> None:
    waits = watch("status.readyReplicas >= `2`", within="5s")
    assert waits.look(10, looks.complete(), objects=db(readyReplicas=1)).look_again == 15
    failed = waits.look(15, looks.complete(), objects=db(readyReplicas=1))
    assert failed.state == "failed"
    assert (
        failed.message == "status.readyReplicas >= `2` of Deployment db is false 5.0 s after the rollout was complete"
    )


@pytest.mark.parametrize(
    ("objects", "jmespath", "words"),
    [
        ([], "`true`", "there is no Deployment db"),
        (db(phase="Failed"), "status.phase", "'Failed' and neither true nor false: write a comparison"),
        (db(), "status.nothing", "status.nothing of Deployment db is not there"),
        (db(phase="x"), "abs(status.phase)", "abs(status.phase) of Deployment db: "),
    ],
)
def test_only_true_is_true(objects: list[Json], jmespath: str, words: str) -> None:
    seen = watch(jmespath).look(10, looks.complete(), objects=objects)
    assert seen.state == "waiting"
    assert words in seen.message


def test_while_rolling_it_has_to_stay_true_once_it_was() -> None:
    waits = watch("status.up", during=True)
    assert waits.look(1, looks.ROLLING, objects=db(up=False)).state == "waiting"
    assert waits.look(2, looks.ROLLING, objects=db(up=True)).state == "holds"
    failed = waits.look(3, looks.ROLLING, objects=db(up=False))
    assert (failed.state, failed.message) == ("failed", "status.up of Deployment db is false, after it had been true")


def test_without_during_it_begins_when_the_rollout_is_complete() -> None:
    assert watch("status.up").look(5, looks.ROLLING, objects=db(up=True)).state == "waiting"


def test_it_asks_for_that_one_object() -> None:
    for namespaced, namespace in ((True, "shop"), (False, "")):
        gate = watch("a").gate
        gate.options["namespaced"] = namespaced
        (scope,) = gate.form.scopes(gate.options, samples.workload())
        assert (scope.namespace, scope.fields) == (namespace, "metadata.name=db")


def test_an_expression_that_does_not_parse_is_refused() -> None:
    with pytest.raises(errors.InvalidInput, match=r"^gates\[0\]\.condition\.jmespath: 'status\.\[' is not a JMESPath"):
        watch("status.[")
