# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import threading
import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._cluster import lease as held_leases
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, leases
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._cluster.api_server import (
    ApiServer,
    Reply,
    Stream,
    event,
    status,
)

Json = dict[str, t.Any]
Connect = t.Callable[..., t.Any]

NOW = "2026-11-23T12:00:05.250Z"
CLAIM = leases.Claim(Reference("Deployment", "shop", "app"), "me", "Upgrade of Deployment shop/app")
FORBIDDEN = (
    'leases.coordination.k8s.io is forbidden: User "system:serviceaccount:shop:deployer" cannot create resource "leases" in API group'
    ' "coordination.k8s.io" in the namespace "shop"'
)
EXISTS = status(409, 'leases "steady-rollout-deployment-app" already exists', reason="AlreadyExists")
MOVED = status(409, "the object has been modified", reason="Conflict")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "DURATION", 0.4)
    monkeypatch.setattr(leases, "RENEWAL", 0.1)
    monkeypatch.setattr(held_leases, "_NOTICE", 0.2)


def of(holder: str, version: int = 5) -> Json:
    lease = leases.manifest(leases.Claim(CLAIM.reference, holder, "Rollback of Deployment shop/app"), NOW)
    lease["metadata"] |= {"uid": "u-1", "resourceVersion": str(version)}
    return lease


def listed(*items: Json) -> Reply:
    return Reply(body={"metadata": {"resourceVersion": "9"}, "items": list(items)})


def hold(cluster: t.Any, said: list[str] | None = None, *, take_over: bool = False) -> t.Any:
    heard = [] if said is None else said
    held = cluster.lease(CLAIM, now=lambda: NOW, say=heard.append)
    held.take(by_force=take_over)
    return held


def renewing() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "renew leases"]


def test_it_is_made_renewed_and_ended_and_no_thread_stays(server: ApiServer, connected: Connect) -> None:
    server.plays("create", Reply(201, of("me")))
    server.plays("patch", Reply(body=of("me", 6)))
    server.plays("delete", Reply())
    held = hold(connected())
    held.tell("1/3 new ready")
    server.wait_for("patch", 2)
    held.release()
    renewal, ended = server.requests("patch")[0], server.requests("delete")[0]
    assert renewal.body["metadata"] == {"resourceVersion": "5", "annotations": {leases.PROGRESS: "1/3 new ready"}}
    assert ended.body["preconditions"] == {"uid": "u-1", "resourceVersion": "6"}
    assert not held.contended
    for thread in renewing():
        thread.join(2)
        assert not thread.is_alive()


def test_a_run_that_lives_is_named_and_left_alone(server: ApiServer, connected: Connect) -> None:
    server.plays("create", EXISTS)
    server.plays("get", Reply(body=of("she")))
    server.plays("list", listed(of("she")))
    server.plays("watch", Stream((event("MODIFIED", of("she", 10)),)))
    with pytest.raises(errors.Refused, match="is being rolled by another run: she since .* take_over: true"):
        hold(connected())
    assert server.count("patch") == 0


def test_a_run_that_gives_no_sign_is_taken_over_and_that_is_said(server: ApiServer, connected: Connect) -> None:
    said: list[str] = []
    server.plays("create", EXISTS)
    server.plays("get", Reply(body=of("she")))
    server.plays("list", listed(of("she")))
    server.plays("watch", Stream())
    server.plays("patch", Reply(body=of("me", 6)))
    held = hold(connected(), said)
    assert held.contended
    assert server.requests("patch")[0].body["metadata"]["resourceVersion"] == "5"
    assert "held by she" in said[0]
    assert said[-1].startswith("taken over from she, which gave no sign")
    held.release()


def test_a_run_that_ends_meanwhile_makes_room(server: ApiServer, connected: Connect) -> None:
    server.plays("create", EXISTS, Reply(201, of("me")))
    server.plays("get", Reply(body=of("she")))
    server.plays("list", listed(of("she")))
    server.plays("watch", Stream((event("DELETED", of("she", 10)),)))
    held = hold(connected())
    assert held.contended
    assert server.count("patch") == 0
    held.release()


def test_force_takes_it_from_a_run_that_lives(server: ApiServer, connected: Connect) -> None:
    said: list[str] = []
    server.plays("create", EXISTS)
    server.plays("get", Reply(body=of("she")))
    server.plays("patch", Reply(body=of("me", 6)))
    held = hold(connected(), said, take_over=True)
    assert said == ["taken over from she"]
    assert server.count("watch") == 0
    held.release()


def test_a_lease_that_another_run_has_taken_stops_every_write_and_is_not_ended(
    server: ApiServer, connected: Connect
) -> None:
    server.plays("create", Reply(201, of("me")), EXISTS)
    server.plays("patch", MOVED)
    server.plays("get", Reply(body=of("she", 7)))
    held = hold(connected())
    server.wait_for("get", 1)
    held.renew()
    with pytest.raises(errors.LeaseLost, match="Another run has taken Deployment shop/app over: she"):
        held.confirm()
    assert "she" in held.lost()
    held.release()
    assert server.count("delete") == 0


def test_the_lost_answer_to_an_own_renewal_is_no_loss(server: ApiServer, connected: Connect) -> None:
    server.plays("create", Reply(201, of("me")), EXISTS)
    server.plays("patch", MOVED, Reply(body=of("me", 8)))
    server.plays("get", Reply(body=of("me", 7)))
    server.plays("delete", Reply())
    held = hold(connected())
    server.wait_for("patch", 2)
    assert server.requests("patch")[1].body["metadata"]["resourceVersion"] == "7"
    held.confirm()
    held.release()


def test_a_lease_that_somebody_deleted_is_made_anew(server: ApiServer, connected: Connect) -> None:
    server.plays("create", Reply(201, of("me")))
    server.plays("patch", status(404, "not found", reason="NotFound"), Reply(body=of("me", 6)))
    server.plays("delete", Reply())
    held = hold(connected())
    server.wait_for("create", 2)
    held.confirm()
    held.release()


def test_a_renewal_that_was_due_when_it_ended_does_not_make_it_anew(server: ApiServer, connected: Connect) -> None:
    server.plays("create", Reply(201, of("me")))
    server.plays("patch", status(404, "not found", reason="NotFound"))
    server.plays("delete", Reply())
    held = hold(connected())
    held.release()
    made = server.count("create")
    held.renew()
    assert server.count("create") == made


def test_many_are_renewed_at_the_same_time(
    server: ApiServer, connected: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = threading.Barrier(5)
    server.plays("create", Reply(201, of("me")))
    server.plays("delete", Reply())
    monkeypatch.setattr(held_leases.Held, "renew", lambda _held: together.wait(5))
    cluster = connected()
    held = [hold(cluster) for _number in range(4)]
    together.wait(5)
    for each in held:
        each.release()


def test_what_was_just_taken_is_not_renewed_with_the_others(connected: Connect) -> None:
    old, young = (connected().lease(CLAIM, now=lambda: NOW, say=print) for _number in range(2))
    assert held_leases.due({old: 5.0, young: 5.0 + leases.RENEWAL * 0.6}, 5.0 + leases.RENEWAL) == [old]
    assert held_leases.due({old: 5.0, young: 5.0 + leases.RENEWAL * 0.4}, 5.0 + leases.RENEWAL) == [old, young]


def test_who_may_not_make_leases_is_told_so(server: ApiServer, connected: Connect) -> None:
    server.plays("create", status(403, FORBIDDEN, reason="Forbidden"))
    with pytest.raises(errors.Forbidden):
        hold(connected())
    assert not renewing()


def test_one_that_was_made_without_the_run_knowing_is_ended_as_well(server: ApiServer, connected: Connect) -> None:
    server.plays("get", Reply(body=of("me")))
    server.plays("delete", Reply())
    connected().lease(CLAIM, now=lambda: NOW, say=print).release()
    assert server.requests("delete")[0].body["preconditions"]["uid"] == "u-1"


def test_one_that_was_never_taken_leaves_that_of_another_run(server: ApiServer, connected: Connect) -> None:
    server.plays("get", Reply(body=of("she")))
    connected().lease(CLAIM, now=lambda: NOW, say=print).release()
    assert server.count("delete") == 0
