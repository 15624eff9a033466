# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import threading
import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation import survey
from ansible_collections.steady.rollout.plugins.module_utils._operation.many import Task
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports
from ansible_collections.steady.rollout.plugins.module_utils._operation.upgrade import Wanted, upgrade
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import (
    DEPLOYMENT,
    POD,
    RESOURCE_QUOTA,
    Scope,
)
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference
from ansible_collections.steady.rollout.tests.unit.films.replay import Show, show

QUOTAS = Scope(RESOURCE_QUOTA, "shop")
GHOST = Reference("Deployment", "shop", "ghost")


def to_2(ports: Ports, reference: Reference, settings: Settings) -> Outcome:
    return upgrade(ports, reference, Wanted("2.0"), settings)


def counted(stage: Show) -> list[str]:
    """What the cluster is asked from here on."""
    asked: list[str] = []
    for name in ("read", "list", "rules"):
        plain = getattr(stage.cluster, name)

        def listening(*words: object, _plain: object = plain, _name: str = name) -> object:
            what = getattr(getattr(words[0], "resource", words[0]), "plural", words[0])
            asked.append(f"{_name} {what} {getattr(words[0], 'labels', '')}".rstrip())
            return _plain(*words)  # type: ignore[operator]

        setattr(stage.cluster, name, listening)
    return asked


def glancing(stage: Show) -> Ports:
    """The ports of one of many."""
    return replace(stage.ports, glance=t.cast(t.Any, survey.Glance(stage.cluster, stage.clock)))


def test_what_can_be_done_is_not_done_yet() -> None:
    stage = show("upgrade")
    survey.check(glancing(stage), [Task(stage.film.reference, Settings(), to_2)])
    assert (stage.cluster.bodies, stage.cluster.tried, stage.cluster.opened) == ([], [], 0)


def test_everyone_that_cannot_be_done_is_named() -> None:
    stage = show("upgrade")
    tasks = [Task(reference, Settings(), to_2) for reference in (GHOST, stage.film.reference)]
    with pytest.raises(errors.Refused, match="1 of 2 workloads cannot be.\n  There is no Deployment shop/ghost"):
        survey.check(glancing(stage), tasks)


def test_the_same_is_not_asked_twice() -> None:
    stage = show("upgrade")
    asked = counted(stage)
    survey.check(glancing(stage), [Task(stage.film.reference, Settings(), to_2)] * 5)
    assert asked == ["rules shop", "list resourcequotas"]


def test_what_is_old_is_asked_for_again() -> None:
    stage = show("upgrade")
    asked, once = counted(stage), survey.Glance(stage.cluster, stage.clock)
    for _look in range(3):
        once.list(QUOTAS)
        once.rules("shop")
        stage.clock.at += survey.MOMENT * 0.6
    assert asked == ["list resourcequotas", "rules shop", "list resourcequotas"]


def test_of_those_who_ask_at_once_one_does() -> None:
    stage = show("upgrade")
    asking, answer, asked = threading.Event(), threading.Event(), []

    def slow(scope: Scope) -> list[t.Any]:
        asked.append(scope)
        asking.set()
        assert answer.wait(5)
        raise errors.Unreachable("away")

    stage.cluster.list = slow  # type: ignore[method-assign]
    once = survey.Glance(stage.cluster, stage.clock)
    with ThreadPoolExecutor(3) as pool:
        looks = [pool.submit(once.list, QUOTAS)]
        assert asking.wait(5)
        looks += [pool.submit(once.list, QUOTAS) for _more in range(2)]
        answer.set()
        for look in looks:
            with pytest.raises(errors.Unreachable, match="away"):
                look.result(5)
    assert asked == [QUOTAS]


def failing(_scope: Scope) -> t.NoReturn:
    raise errors.Forbidden("may not watch")


@pytest.mark.parametrize("seen", [lambda _scope: None, failing])
def test_what_the_streams_do_not_know_for_sure_is_asked_for(seen: t.Any) -> None:
    stage = show("upgrade")
    pods = [item["metadata"]["name"] for item in stage.cluster.list(Scope(POD, "shop"))]
    stage.cluster.seen = seen
    asked, once = counted(stage), survey.Glance(stage.cluster, stage.clock)
    assert once.read(POD, "shop", pods[0])["metadata"]["name"] == pods[0]
    assert [item["metadata"]["name"] for item in once.list(Scope(POD, "shop"))] == pods
    assert (asked[0], asked[-1]) == ("read pods", "list pods")
    assert once.user() == stage.cluster.user()


def test_what_is_not_there_is_named() -> None:
    stage = show("upgrade")
    with pytest.raises(errors.NotFound, match="There is no Deployment shop/ghost"):
        survey.Glance(stage.cluster, stage.clock).read(DEPLOYMENT, "shop", "ghost")
