# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Snapshot
from ansible_collections.steady.rollout.tests.unit import samples, sets
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._rollout.gates import looks

Json = dict[str, t.Any]

NEW = tuple(samples.pod("2.0", name) for name in ("a", "b", "c"))


def ending(name: str, *, at: str = "2026-11-23T17:00:30Z", grace: int = 30) -> Json:
    """An old pod whose grace period ends then."""
    meta = {"deletionTimestamp": at, "deletionGracePeriodSeconds": grace}
    return samples.pod("1.0", name, {"metadata": meta})


def complete(*old: Json) -> Snapshot:
    return looks.complete(*NEW, *old)


def watch(written: t.Any = "old_pods_gone") -> looks.Watch:
    return looks.Watch(looks.one(written))


def test_a_complete_rollout_is_waited_with_until_its_old_pods_have_ended() -> None:
    waits = watch()
    assert waits.look(5, looks.ROLLING).message == "begins when the rollout is complete"
    two = waits.look(10, complete(ending("x"), ending("y", at="2026-11-23T17:00:40Z")))
    assert (two.state, two.measurement["left"]) == ("waiting", 2)
    assert two.message == "2 old pods left, app-hash10-x has been ending since 17:00:00Z"
    assert waits.look(12, complete(ending("y", at="2026-11-23T17:00:40Z"))).message.startswith("1 old pod left, app-")
    gone = waits.look(14, complete())
    assert (gone.state, gone.message) == ("passed", "no old pod is left 4.0 s after the rollout was complete")


def test_news_of_a_pod_that_is_not_ending_yet_may_be_late() -> None:
    """The Deployment's status says complete before the watch of pods says that the last one is on its way out."""
    late = watch().look(10, complete(samples.pod("1.0", "x")))
    assert (late.state, late.message) == ("waiting", "1 old pod left")


def test_it_gives_the_pods_their_own_grace_and_some() -> None:
    waits = watch()
    assert waits.look(10, complete(ending("x", grace=120))).look_again == 10 + 120 + 30
    assert waits.look(159, complete(ending("x", grace=120))).state == "waiting"
    failed = waits.look(160, complete(ending("x", grace=120)))
    assert failed.state == "failed"
    assert (
        failed.message
        == "1 old pod left, app-hash10-x has been ending since 16:58:30Z, 2 min 30 s after the rollout was complete"
    )
    assert failed.hint.endswith("kubectl describe pod app-hash10-x")


def test_the_time_can_be_said() -> None:
    waits = watch({"old_pods_gone": "5s"})
    assert waits.look(10, complete(ending("x"))).look_again == 15
    assert waits.look(15, complete(ending("x"))).state == "failed"


def test_an_evicted_pod_that_stays_behind_has_no_requests() -> None:
    evicted = samples.pod("1.0", "x", {"status": {"phase": "Failed", "reason": "Evicted"}})
    assert watch().look(10, complete(evicted)).state == "passed"


def test_a_rollout_that_is_no_longer_complete_is_waited_for() -> None:
    waits = watch()
    waits.look(10, complete())
    assert watch().look(11, samples.rolling([samples.unready("2.0")])).state == "waiting"


def test_a_partition_that_keeps_old_pods_is_refused() -> None:
    gate = looks.one("old_pods_gone")
    kept = samples.having(sets.STATEFUL_SET, {"spec": {"updateStrategy": {"rollingUpdate": {"partition": 2}}}})
    assert looks.refusal(gate, kept) == "its partition 2 keeps old pods. Set it to 0, or leave this gate out."
    assert looks.refusal(gate, samples.workload()) == ""
