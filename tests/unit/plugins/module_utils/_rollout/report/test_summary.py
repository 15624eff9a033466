# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.steady.rollout.plugins.module_utils._rollout.report import record, summary
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._rollout.report import examples


def report(*results: examples.Json) -> record.Report:
    return record.report_of("t", record.entries_of(results, {}))


def test_one_sentence_says_how_all_turned_out() -> None:
    told = report(*examples.day())
    assert summary.sentence(told) == "4 rollouts: 2 complete, 2 rolled back. 14 of 6500 requests failed meanwhile."
    assert summary.when(told) == "2026-11-23 10:00:05 UTC, 2 min 10 s"
    assert ("2 of 4", "rollouts went as asked") in summary.tiles(told)
    assert ("16.2 ms", "99th percentile") in summary.tiles(told)


def test_nothing_is_said_to_be_nothing() -> None:
    assert summary.sentence(report()).startswith("There is nothing to tell")
    assert (summary.when(report()), summary.tiles(report()), summary.sums(report())) == ("", [], (0, 0))


def test_without_a_probe_the_time_is_told() -> None:
    assert summary.tiles(report(examples.told("upgrade")))[-1][1] == "of rolling out"


def test_who_is_the_job_and_the_user() -> None:
    assert summary.by(examples.RUN) == "AWX job 42, deployer@controller"
    assert summary.by({}) == ""
