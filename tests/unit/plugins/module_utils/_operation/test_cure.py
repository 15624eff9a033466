# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import math
import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation.cure import Cure
from ansible_collections.steady.rollout.plugins.module_utils._operation.operate import start
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Settings
from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports
from ansible_collections.steady.rollout.plugins.module_utils._operation.upgrade import Wanted, upgrade
from ansible_collections.steady.rollout.plugins.module_utils._operation.waiting import Look
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, resources
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Snapshot
from ansible_collections.steady.rollout.plugins.module_utils._rollout.status import Status
from ansible_collections.steady.rollout.plugins.module_utils._rollout.verdict import Verdict
from ansible_collections.steady.rollout.tests.unit import sets
from ansible_collections.steady.rollout.tests.unit.films.play import played
from ansible_collections.steady.rollout.tests.unit.films.replay import FilmClock, Heard, show
from ansible_collections.steady.rollout.tests.unit.samples import having

Json = dict[str, t.Any]

BROKEN = [
    sets.pod("statefulset", "1.0", "0"),
    sets.pod("statefulset", "1.0", "1", ready=False),
    sets.pod("statefulset", "1.0", "2", ready=False),
]


class Deletions:
    """The one verb of the port ``Cluster`` that this step uses; ``troubles`` are raised by the next deletions."""

    def __init__(self, *troubles: errors.RolloutError) -> None:
        self.troubles = list(troubles)
        self.deleted: list[tuple[str, str, str, str]] = []

    def delete(self, resource: resources.Resource, namespace: str, name: str, *, uid: str = "") -> None:
        """Delete it."""
        if self.troubles:
            raise self.troubles.pop(0)
        self.deleted.append((resource.kind, namespace, name, uid))


def cure_with(cluster: Deletions) -> tuple[Cure, Heard]:
    heard = Heard()
    return Cure(start(Ports(t.cast(t.Any, cluster), FilmClock(), heard), sets.ORDERED, Settings())), heard


def looked(cure: Cure, snapshot: Snapshot, phase: t.Any = "progressing", at: float = 5.0) -> Verdict:
    verdict = Verdict(phase, "", Status(False, ""))
    return cure.look(Look(at, snapshot, verdict, lambda _scope: []))


def test_what_holds_the_set_up_is_deleted_by_uid_the_last_first_each_once() -> None:
    cluster = Deletions()
    cure, heard = cure_with(cluster)
    for _look in range(3):
        assert looked(cure, sets.ordered(pods=BROKEN)).phase == "progressing"
    assert cluster.deleted == [
        ("Pod", "shop", "app-2", "uid-of-app-2-1.0"),
        ("Pod", "shop", "app-1", "uid-of-app-1-1.0"),
    ]
    assert [line.rpartition("  ")[2] for line in heard.lines] == [
        "pod app-2 of another revision is not ready and held the others up: deleted",
        "pod app-1 of another revision is not ready and held the others up: deleted",
    ]


@pytest.mark.parametrize("phase", ["failed", "complete"])
def test_once_it_has_ended_nothing_is_deleted(phase: str) -> None:
    cluster = Deletions()
    looked(cure_with(cluster)[0], sets.ordered(pods=BROKEN), phase)
    assert cluster.deleted == []


def test_before_the_controller_has_seen_the_template_nothing_is_deleted() -> None:
    """It would come back with the broken one."""
    cluster = Deletions()
    looked(cure_with(cluster)[0], sets.ordered({"metadata": {"generation": 3}}, BROKEN))
    assert cluster.deleted == []


def test_an_api_server_that_does_not_answer_is_asked_again_soon() -> None:
    cluster = Deletions(errors.Unreachable("no answer"))
    cure, _heard = cure_with(cluster)
    assert looked(cure, sets.ordered(pods=BROKEN)).look_again == 6.0
    assert looked(cure, sets.ordered(pods=BROKEN)).look_again == math.inf
    assert len(cluster.deleted) == 2


def test_a_lack_of_rights_is_told_once_and_ends_nothing() -> None:
    cluster = Deletions(errors.Forbidden("may not delete pods"), errors.Forbidden("may not delete pods"))
    cure, heard = cure_with(cluster)
    for _look in range(3):
        assert looked(cure, sets.ordered(pods=BROKEN)).phase == "progressing"
    assert len(heard.lines) == 2
    assert "may not delete pods" in heard.lines[0]


@pytest.mark.parametrize("name", ["ordered_image_not_found", "ordered_never_ready"])
def test_an_undone_upgrade_deletes_the_one_pod_that_broke(name: str) -> None:
    stage, outcome = played(name)
    assert stage.cluster.deleted == ["Pod app-2"]
    assert outcome.rolled_back["version"] == "1.0"
    assert "never fewer than 2 of its 3 pods were available" in outcome.message


@pytest.mark.parametrize("name", ["ordered_upgrade", "ordered_together_not_found", "daemon_image_not_found"])
def test_where_nothing_is_held_fast_nothing_is_deleted(name: str) -> None:
    stage, _outcome = played(name)
    assert stage.cluster.deleted == []


def test_it_is_left_out_where_it_is_not_wanted() -> None:
    stage = show("ordered_image_not_found")
    upgrade(stage.ports, stage.film.reference, Wanted("9.9"), Settings(delete_stuck_pods=False))
    assert stage.cluster.deleted == []


def test_a_pod_that_was_ready_before_has_time_to_become_so_again() -> None:
    lapse = {"type": "Ready", "status": "False", "lastTransitionTime": "2099-01-01T00:00:00Z"}
    running = {"name": "app", "state": {"running": {"startedAt": "2098-01-01T00:00:00Z"}}}
    pods = [having(BROKEN[1], {"status": {"conditions": [lapse], "containerStatuses": [running]}})]
    cluster = Deletions()
    cure, _heard = cure_with(cluster)
    assert looked(cure, sets.ordered(pods=pods), at=5.0).look_again == 35.0
    assert looked(cure, sets.ordered(pods=pods), at=34.0).look_again == 35.0
    assert cluster.deleted == []
    looked(cure, sets.ordered(pods=pods), at=35.0)
    assert [name for _kind, _namespace, name, _uid in cluster.deleted] == ["app-1"]
