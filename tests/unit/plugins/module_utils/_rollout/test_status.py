# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import status
from ansible_collections.steady.rollout.plugins.module_utils._rollout.status import Status


def test_a_status_reads_as_what_people_watch() -> None:
    assert str(Status(False, "", wanted=3, new_ready=1, old=2)) == "1/3 new ready, 2 old left"


@pytest.mark.parametrize(("count", "words"), [(1, "1 pod: app-0"), (2, "2 pods: app-0, app-1")])
def test_what_people_have_to_delete_is_named(count: int, words: str) -> None:
    pods = [{"metadata": {"name": f"app-{number}"}} for number in range(count)]
    assert status.deletion_by_hand(pods) == f"waiting for manual deletion of {words}"


def test_what_only_people_can_do_is_told_with_the_counts() -> None:
    waits = Status(False, "waiting for manual deletion of 1 pod: app-0", wanted=2, new_ready=1, old=1, by_hand=True)
    assert str(waits) == "1/2 new ready, 1 old left; waiting for manual deletion of 1 pod: app-0"


def test_words_stand_for_the_counts_where_there_are_none() -> None:
    assert str(Status(False, "no", words="1 of 2 completed")) == "1 of 2 completed"


def test_a_status_gives_the_pods_numbers_for_the_version_that_is_rolled_out() -> None:
    counts = {"version": "2.0", "new_ready": 1, "old": 2, "available": 3, "wanted": 3}
    assert Status(False, "", wanted=3, new_ready=1, old=2, available=3).pods("2.0") == counts
    assert Status(False, "no", words="1 of 2 completed").pods("2.0") is None
