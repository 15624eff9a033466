# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation import survey
from ansible_collections.steady.rollout.plugins.module_utils._operation.many import Task
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports
from ansible_collections.steady.rollout.plugins.module_utils._operation.upgrade import Wanted, upgrade
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import DEPLOYMENT, POD, Scope
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference
from ansible_collections.steady.rollout.tests.unit.films.replay import Show, show

GHOST = Reference("Deployment", "shop", "ghost")


def to_2(ports: Ports, reference: Reference, settings: Settings) -> Outcome:
    return upgrade(ports, reference, Wanted("2.0"), settings)


def counted(stage: Show) -> list[str]:
    """What the cluster is asked from here on."""
    asked: list[str] = []
    for name in ("read", "list", "rules"):
        plain = getattr(stage.cluster, name)

        def listening(*words: object, _plain: object = plain, _name: str = name) -> object:
            what = getattr(words[0], "plural", "") or getattr(words[0], "resource", words[0])
            asked.append(f"{_name} {what} {getattr(words[0], 'labels', '')}".rstrip())
            return _plain(*words)  # type: ignore[operator]

        setattr(stage.cluster, name, listening)
    return asked


def test_what_can_be_done_is_not_done_yet() -> None:
    stage = show("upgrade")
    survey.check(stage.ports, [Task(stage.film.reference, Settings(), to_2)])
    assert (stage.cluster.bodies, stage.cluster.tried, stage.cluster.opened) == ([], [], 0)


def test_everyone_that_cannot_be_done_is_named() -> None:
    stage = show("upgrade")
    tasks = [Task(reference, Settings(), to_2) for reference in (GHOST, stage.film.reference)]
    with pytest.raises(errors.Refused, match="1 of 2 workloads cannot be.\n  There is no Deployment shop/ghost"):
        survey.check(stage.ports, tasks)


def test_the_same_is_not_asked_twice() -> None:
    stage = show("upgrade")
    asked = counted(stage)
    survey.check(stage.ports, [Task(stage.film.reference, Settings(), to_2)] * 5)
    assert len(asked) == len(set(asked)) >= 3


def test_what_no_list_holds_is_asked_for_by_its_name() -> None:
    stage = show("upgrade")
    once = survey.Glance(stage.cluster)
    pod = once.list(Scope(POD, "shop"))[0]["metadata"]["name"]
    assert once.read(POD, "shop", pod)["metadata"]["name"] == pod
    with pytest.raises(errors.NotFound):
        once.read(DEPLOYMENT, "shop", "ghost")
    assert once.user() == stage.cluster.user()
