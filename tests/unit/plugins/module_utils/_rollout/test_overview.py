# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import overview

Json = dict[str, t.Any]
NOW = "2026-01-31T12:00:00.000Z"


def entry(version: str, outcome: str = "good", *, current: bool = False, cause: str = "") -> Json:
    created = "2026-01-31T09:00:00Z"
    return {"version": version, "outcome": outcome, "current": current, "change_cause": cause, "created": created}


def workload(name: str = "app", **more: t.Any) -> Json:
    well = {
        "kind": "Deployment",
        "namespace": "shop",
        "name": name,
        "version": "2.0",
        "status": "complete",
        "message": "",
    }
    pods = {"replicas": 3, "ready": 3, "available": 3, "paused": False, "running": {}, "managed_by": "", "findings": []}
    return {**well, **pods, "history": [entry("2.0", current=True, cause="ticket 4711"), entry("1.0")], **more}


def lines(*workloads: Json) -> list[str]:
    return list(overview.table(workloads, NOW))


def test_a_workload_is_a_line_under_its_titles() -> None:
    assert lines(workload()) == [
        "NAMESPACE  KIND        NAME  VERSION  READY  STATUS    LAST  AGE  WHO",
        "shop       Deployment  app   2.0      3/3    complete  good  3h   ticket 4711",
    ]


def test_no_workloads_are_no_lines() -> None:
    assert len(lines()) == 1


def test_what_is_sick_comes_first_and_what_is_well_by_name() -> None:
    found = lines(
        workload("well"),
        workload("also-well"),
        workload("paused", paused=True),
        workload("short", available=2),
        workload("rolling", status="progressing", message="1/3 new ready"),
        workload("sick", status="failed", message="image not found"),
    )
    assert [line.split()[2] for line in found[1:]] == ["sick", "rolling", "short", "paused", "also-well", "well"]


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"status": "failed", "findings": [{"title": "image not found"}], "message": "m"}, "failed, image not found"),
        ({"status": "progressing", "message": "1/3 new ready"}, "progressing, 1/3 new ready"),
        ({"status": "progressing", "paused": True, "message": "paused"}, " paused "),
        ({"findings": [{"title": "container crashes"}]}, "complete, container crashes"),
    ],
)
def test_the_status_says_why(facts: Json, words: str) -> None:
    assert words in lines(workload(**facts))[1]


@pytest.mark.parametrize(
    ("history", "words"),
    [
        ([entry("2.0", "unknown", current=True)], "-"),
        ([entry("1.0", current=True), entry("9.9", "bad")], "good, 9.9 bad"),
        ([entry("1.0", "unknown", current=True), entry("2.0", "undone"), entry("0.9")], "2.0 undone"),
        ([], "-"),
    ],
)
def test_the_last_outcome_is_the_present_ones_and_what_was_gone_back_from(history: list[Json], words: str) -> None:
    assert f"  {words}  " in lines(workload(history=history))[1]


@pytest.mark.parametrize(
    ("facts", "who"),
    [
        (
            {"running": {"holder": "ops@host", "task": "Upgrade", "progress": "1/3 new ready"}},
            "ops@host: 1/3 new ready",
        ),
        ({"running": {"holder": "ops@host", "task": "Upgrade", "progress": ""}}, "ops@host: Upgrade"),
        ({"history": [], "managed_by": "Helm"}, "Helm"),
        ({"history": []}, "-"),
    ],
)
def test_who_changes_it_comes_before_who_changed_it(facts: Json, who: str) -> None:
    assert lines(workload(**facts))[1].endswith(f"  {who}")


def test_no_line_is_longer_than_a_terminal() -> None:
    many = [entry("v" * 40, current=True, cause="c" * 400)]
    for line in lines(workload("n" * 253, namespace="s" * 63, version="v" * 40, history=many, message="m" * 300)):
        assert len(line) <= 108


def test_long_names_do_not_push_the_last_columns_out() -> None:
    titles, line = lines(workload("n" * 253, namespace="s" * 63, version="v" * 40, status="failed", message="m" * 300))
    assert titles.endswith("  AGE  WHO")
    assert line.endswith("  3h   ticket 4711")


def test_words_from_the_cluster_stay_in_their_line_and_cannot_steer_the_terminal() -> None:
    line = lines(workload(history=[entry("2.0", current=True, cause="a\n\x1b[31mb\tc")]))[1]
    assert line.endswith("a [31mb c")


@pytest.mark.parametrize(
    ("since", "words"),
    [
        ("2026-01-31T11:59:15Z", "45s"),
        ("2026-01-31T11:58:30Z", "90s"),
        ("2026-01-31T11:48:00Z", "12m"),
        ("2026-01-31T05:00:00Z", "7h"),
        ("2026-01-01T12:00:00Z", "30d"),
        ("2026-01-31T12:00:09Z", "0s"),
        ("", "-"),
        ("yesterday", "-"),
    ],
)
def test_ages_are_as_short_as_kubectls(since: str, words: str) -> None:
    assert overview.age(since, NOW) == words


@pytest.mark.parametrize(
    ("facts", "sick"),
    [
        ({}, False),
        ({"paused": True}, False),
        ({"available": 2}, True),
        ({"status": "failed"}, True),
        ({"status": "progressing", "paused": True}, True),
    ],
)
def test_what_is_paused_and_complete_is_not_sick(facts: Json, sick: bool) -> None:
    assert overview.is_sick(workload(**facts)) == sick
