# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.steady.rollout.plugins.module_utils._operation.journal import Journal
from ansible_collections.steady.rollout.tests.unit.films.replay import show


def test_each_line_names_the_workload_and_the_time_since_the_beginning() -> None:
    stage = show("upgrade")
    stage.clock.at = 30.0
    journal = Journal(stage.ports, stage.film.reference)
    stage.clock.at = 95.5
    journal.say("3/3 new ready, 0 old left: complete")
    assert stage.heard.lines == ["shop/app  01:05  3/3 new ready, 0 old left: complete"]
    assert journal.entries == [
        {"at": "2026-11-23T10:01:35Z", "seconds": 65.5, "text": "3/3 new ready, 0 old left: complete"}
    ]


def test_the_pods_numbers_stand_beside_the_words_about_them() -> None:
    stage = show("upgrade")
    journal = Journal(stage.ports, stage.film.reference)
    journal.say("1/3 new ready, 2 old left", {"new_ready": 1, "old": 2})
    assert journal.entries[0]["pods"] == {"new_ready": 1, "old": 2}
