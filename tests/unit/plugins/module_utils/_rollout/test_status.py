# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.steady.rollout.plugins.module_utils._rollout.status import Status


def test_a_status_reads_as_what_people_watch() -> None:
    assert str(Status(False, "", wanted=3, new_ready=1, old=2)) == "1/3 new ready, 2 old left"
