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


def test_the_backends_weights_stand_beside_the_words_about_them() -> None:
    stage = show("upgrade")
    journal = Journal(stage.ports, stage.film.reference)
    journal.say("canary 2.0: weight 5 of 100", weights={"old": 95, "new": 5})
    assert journal.entries[0]["weights"] == {"old": 95, "new": 5}
    assert "pods" not in journal.entries[0]


def test_details_are_told_and_not_kept() -> None:
    stage = show("upgrade")
    journal = Journal(stage.ports, stage.film.reference)
    journal.detail("pod app-1: new, ready on node-1", "app-1")
    assert (stage.heard.lines, journal.entries, journal.last) == ([], [], "")
    assert [line.split("  ", 2)[2] for line in stage.heard.details] == ["pod app-1: new, ready on node-1"]
