# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import math
import re
import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import verdict
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Limits
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds import deployment
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Snapshot
from ansible_collections.steady.rollout.tests.unit import samples

Json = dict[str, t.Any]
Look = tuple[float, Snapshot]

NOT_FOUND = samples.waiting("ErrImagePull", "registry.lab:5000/app:2.0: not found")
BACK_OFF = samples.waiting("ImagePullBackOff", 'Back-off pulling image "registry.lab:5000/app:2.0"')
REFUSED = samples.waiting("ErrImagePull", "connection refused")
NO_KEY = samples.waiting("CreateContainerConfigError", "couldn't find key colour")
RUNNING = {"running": {"startedAt": "2026-11-23T10:00:01Z"}}
WRITTEN = samples.workload("2.0", 2)


def looks(*taken: Look, limits: Limits | None = None, **aim: t.Any) -> list[verdict.Verdict]:
    """The verdicts of looks at these moments, one after the other."""
    memory, verdicts = verdict.Memory(), []
    for at, snapshot in taken:
        memory, found = verdict.judge(
            deployment, snapshot, verdict.aim_at(WRITTEN, **aim), memory, limits or Limits(), at
        )
        verdicts.append(found)
    return verdicts


def with_pods(*states: Json, **changes: t.Any) -> Snapshot:
    return samples.rolling(
        [samples.unready("2.0", str(number), state=state) for number, state in enumerate(states)], **changes
    )


def complete() -> Snapshot:
    return samples.snapshot(WRITTEN, [samples.revision("1.0", 1), samples.revision("2.0", 2)], [samples.pod("2.0")])


def test_complete_is_complete_whatever_was_seen_before() -> None:
    first, second = looks((0, with_pods(REFUSED)), (1, complete()))
    assert (first.phase, second.phase, second.findings) == ("progressing", "complete", ())


def test_missing_data_is_never_complete() -> None:
    (found,) = looks((0, samples.snapshot(samples.having(WRITTEN, {"status": None}), [samples.revision("2.0", 2)])))
    assert found.phase == "progressing"


def test_a_terminal_cause_on_all_new_pods_fails_at_once() -> None:
    (found,) = looks((0, with_pods(NOT_FOUND)))
    assert (found.phase, found.message) == ("failed", "image not found")
    assert found.cause
    assert (found.cause.code, found.cause.severity) == ("image_not_found", "terminal")


@pytest.mark.parametrize(("fail_on", "phase"), [("all", "progressing"), ("any", "failed")])
def test_one_doomed_pod_of_two_is_a_failure_only_when_any_is_enough(fail_on: str, phase: str) -> None:
    (found,) = looks((0, with_pods(NOT_FOUND, samples.waiting("ContainerCreating"))), limits=Limits(fail_on=fail_on))
    assert found.phase == phase


def test_a_ready_new_pod_speaks_for_the_others_unless_its_version_is_proven() -> None:
    snapshot = samples.rolling([samples.pod("2.0", "ready"), samples.unready("2.0", "lost", state=NOT_FOUND)])
    assert [looks((0, snapshot), proven=proven)[0].phase for proven in (False, True)] == ["progressing", "failed"]


def test_pods_that_have_ended_or_are_leaving_do_not_hold_up_the_verdict() -> None:
    evicted = samples.having(samples.unready("2.0", "evicted"), {"status": {"phase": "Failed"}})
    leaving = samples.having(
        samples.unready("2.0", "leaving"), {"metadata": {"deletionTimestamp": "2026-11-23T10:00:09Z"}}
    )
    lost = samples.unready("2.0", "lost", state=NOT_FOUND)
    assert looks((0, samples.rolling([evicted, leaving, lost])))[0].phase == "failed"


def test_the_pods_of_another_revision_never_doom_the_rollout() -> None:
    broken = samples.unready("1.0", state=NOT_FOUND)
    assert looks((0, samples.rolling([], old=[broken])))[0].findings == ()


def test_a_transient_cause_becomes_terminal_after_its_grace_and_says_when_to_look_again() -> None:
    limits = Limits(image_pull_grace=60.0)
    found = looks((100, with_pods(REFUSED)), (159.9, with_pods(REFUSED)), (160, with_pods(REFUSED)), limits=limits)
    assert [item.phase for item in found] == ["progressing", "progressing", "failed"]
    assert found[0].look_again == 160


def test_without_anything_to_wait_for_it_need_not_look_again() -> None:
    assert looks((0, with_pods(samples.waiting("ContainerCreating"))))[0].look_again == math.inf


def test_the_shortest_grace_decides_when_to_look_again() -> None:
    found = looks((10, with_pods(REFUSED, NO_KEY)), limits=Limits(image_pull_grace=60.0, config_grace=15.0))
    assert found[0].look_again == 25


def test_the_first_words_of_a_pull_are_remembered_through_the_back_off() -> None:
    ready = samples.pod("2.0", "ready")
    states = [samples.unready("2.0", state=state) for state in (NOT_FOUND, BACK_OFF)]
    first, second = looks(*((at, samples.rolling([ready, pod])) for at, pod in enumerate(states)))
    assert first.cause == second.cause
    assert second.cause
    assert second.cause.code == "image_not_found"


def test_a_pod_that_became_ready_starts_anew_when_it_fails_again() -> None:
    def failing(state: str) -> Snapshot:
        pod = samples.unready("2.0", state=RUNNING) if state == "failing" else samples.pod("2.0")
        told = samples.event(pod, "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503")
        return samples.rolling([pod], [told])

    found = looks(
        (0, failing("failing")), (2, failing("ready")), (100, failing("failing")), limits=Limits(probe_grace=30.0)
    )
    assert [item.phase for item in found] == ["progressing"] * 3
    assert found[2].look_again == 130


def test_a_cause_that_was_gone_for_a_look_has_its_whole_grace_again() -> None:
    starting = with_pods({"running": {}})
    found = looks((0, with_pods(NO_KEY)), (10, starting), (20, with_pods(NO_KEY)), limits=Limits(config_grace=15.0))
    assert [item.phase for item in found] == ["progressing"] * 3
    assert found[2].look_again == 35


def test_terminal_causes_come_first() -> None:
    crashing = samples.unready(
        "2.0", "0", state=samples.waiting("CrashLoopBackOff"), restartCount=5, lastState=samples.terminated("Error", 1)
    )
    waiting = samples.unready("2.0", "1", state=REFUSED)
    (found,) = looks((0, samples.rolling([crashing, waiting])))
    assert [item.code for item in found.findings] == ["crash_loop", "image_pull_transient"]


def test_a_cause_of_the_whole_workload_fails_without_any_pod() -> None:
    failure = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": "violates PodSecurity"}
    newest = samples.revision("2.0", 2, {"status": {"conditions": [failure]}})
    present = samples.workload("2.0", 2, {"status": {"updatedReplicas": 0}})
    assert looks((0, samples.snapshot(present, [newest])))[0].phase == "failed"


EXCEEDED = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded", "message": "timed out"}


def test_a_deadline_that_stood_there_before_the_change_is_not_this_rollouts() -> None:
    stale = {"status": {"conditions": [EXCEEDED], "updatedReplicas": 0}}
    present = samples.having(WRITTEN, stale)
    before = samples.workload("9.9", 1, stale)
    taken = [(at, samples.snapshot(present)) for at in (0.0, 60.0)]
    assert [item.findings for item in looks(*taken, before=before)] == [(), ()]
    assert [item.phase for item in looks(*taken)] == ["progressing", "failed"]


@pytest.mark.parametrize(
    ("present", "words"),
    [
        (None, "it was deleted while"),
        (samples.having(WRITTEN, {"metadata": {"uid": "another"}}), "deleted and made again by somebody else"),
        (samples.with_image(WRITTEN, "3.0"), r"somebody else \(.+\) changed its pod template"),
    ],
)
def test_a_workload_that_is_no_longer_what_was_asked_for_is_lost(present: Json | None, words: str) -> None:
    (found,) = looks((0, samples.snapshot(present)))
    assert (found.phase, found.lost) == ("failed", True)
    assert re.search(words, found.message)


def test_other_replicas_or_annotations_are_nobodys_loss() -> None:
    moved = samples.having(WRITTEN, {"spec": {"replicas": 9}, "metadata": {"annotations": {"note": "x"}}})
    assert not looks((0, samples.snapshot(moved)))[0].lost


class OneIsEnough:
    """A Deployment whose controller would not go past a bad pod."""

    ONE_IS_ENOUGH = True

    def __getattr__(self, name: str) -> t.Any:
        return getattr(deployment, name)


@pytest.mark.parametrize(("fail_on", "phase"), [("", "failed"), ("any", "failed"), ("all", "progressing")])
def test_a_kind_that_goes_no_further_than_a_bad_pod_fails_by_one(fail_on: str, phase: str) -> None:
    snapshot = with_pods(NOT_FOUND, samples.waiting("ContainerCreating"))
    kind = t.cast(t.Any, OneIsEnough())
    assert (
        verdict.judge(kind, snapshot, verdict.aim_at(WRITTEN), verdict.Memory(), Limits(fail_on=fail_on), 0)[1].phase
        == phase
    )


def test_a_pod_that_is_on_its_way_out_dooms_nothing_even_where_one_is_enough() -> None:
    gone = samples.having(samples.unready("2.0"), {"status": {"phase": "Failed", "reason": "Evicted", "message": ""}})
    (found,) = looks((0, samples.rolling([gone])), limits=Limits(fail_on="any"))
    assert (found.phase, [item.code for item in found.findings]) == ("progressing", ["evicted"])


def test_what_every_rollout_has_for_a_moment_is_not_told_before_its_time() -> None:
    leaves = {"deletionTimestamp": "2026-11-23T10:00:09Z", "deletionGracePeriodSeconds": 30}
    leaving = samples.having(samples.pod("1.0"), {"metadata": leaves})
    taken = [(at, samples.rolling([], old=[leaving])) for at in (100.0, 139.9, 140.0)]
    found = looks(*taken)
    assert [[item.code for item in look.findings] for look in found] == [[], [], ["terminating"]]
    assert found[0].look_again == 140.0
    assert found[2].look_again == math.inf


def test_the_aim_knows_when_the_workload_was_written() -> None:
    fields = [
        {"manager": "kubectl", "time": "2026-11-23T10:00:05Z"},
        {"manager": "hpa", "time": "2026-11-23T10:00:08Z", "subresource": "scale"},
    ]
    assert (
        verdict.aim_at(samples.having(WRITTEN, {"metadata": {"managedFields": fields}})).since == "2026-11-23T10:00:05Z"
    )


def test_the_last_manager_is_not_a_controller_writing_status() -> None:
    fields = [
        {"manager": "kubectl-set", "time": "2026-11-23T10:00:05Z"},
        {"manager": "steady.rollout", "time": "2026-11-23T10:00:00Z"},
        {"manager": "kube-controller-manager", "time": "2026-11-23T10:00:09Z", "subresource": "status"},
    ]
    assert verdict.last_manager({"metadata": {"managedFields": fields}}) == "kubectl-set"
    assert verdict.last_manager({}) == "unknown"
