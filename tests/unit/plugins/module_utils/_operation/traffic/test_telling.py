# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.steady.rollout.plugins.module_utils._operation.journal import Journal
from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic.telling import Told
from ansible_collections.steady.rollout.tests.unit.crossing import REFERENCE, Scene

PODS = {"new_ready": 1, "wanted": 2, "old": 0, "available": 1}


def test_its_pods_are_words_and_told_once() -> None:
    journal = Journal(Scene().ports, REFERENCE)
    told = Told(journal, "canary 2.0")
    for _again in range(2):
        told.say("1/2 new ready, 0 old left", PODS)
    told.say("still waiting")
    assert [entry["text"] for entry in journal.entries] == [
        "canary 2.0: 1 of 2 pods ready",
        "canary 2.0: still waiting",
    ]
    assert not any("pods" in entry for entry in journal.entries)


def test_all_else_is_the_workloads_own_journal() -> None:
    journal = Journal(Scene().ports, REFERENCE)
    assert Told(journal, "canary 2.0").entries is journal.entries
