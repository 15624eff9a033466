# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

import pytest

from traffic_bench.figures import Unreadable, figures_of, in_words


def phase(name: str, requests: int, failed: dict[str, int], **more: t.Any) -> dict[str, t.Any]:
    told = {
        "name": name,
        "seconds": 4.0,
        "requests": {"kept": requests},
        "failed": failed,
        "versions": {"1.0": requests},
    }
    return {**told, "p50_ms": 1.5, "p99_ms": 9.0, "max_ms": 20.0, **more}


LOAD = json.dumps(
    {
        "phases": [
            phase("before", 100, {}),
            phase("during", 200, {"new: refused": 2}),
            phase("after", 100, {"new: refused": 1}),
        ],
        "seen": {"1.0": {"first": 0.1, "last": 11.9}, "2.1": {"first": 6.5, "last": 9.0}},
    }
)
WRK = """Running 5m test @ http://10.77.0.11:30080/
  2 threads and 10 connections
{"requests": 40000, "seconds": 12.0, "connect": 0, "read": 3, "write": 0, "status": 5, "timeout": 0}
"""


def test_requests_and_losses_of_both_programs_add_up() -> None:
    figures = figures_of(LOAD, WRK)
    assert figures.requests == 400 + 40000 + 3  # a status is among wrk's requests, a broken connection is not
    assert figures.failed == {"new: refused": 3, "wrk: cut": 3, "wrk: status": 5}
    assert figures.lost == 11
    assert figures.per_second == pytest.approx(40403 / 12)


def test_without_wrk_the_load_program_counts_alone() -> None:
    assert figures_of(LOAD, "").requests == 400


def test_a_version_is_met_from_the_beginning_of_the_change_on() -> None:
    figures = figures_of(LOAD, "")
    assert (figures.met_until("2.1"), figures.met_for("2.1")) == (5.0, 2.5)
    assert (figures.met_until("9.9"), figures.met_for("9.9")) == (None, None)


@pytest.mark.parametrize(
    ("load", "wrk"), [("", WRK), ("panic: all is lost", WRK), (LOAD, "unable to connect"), (LOAD, "5")]
)
def test_a_program_without_figures_is_no_row(load: str, wrk: str) -> None:
    with pytest.raises(Unreadable, match="printed no figures"):
        figures_of(load, wrk)


def test_losses_are_told_with_their_causes_the_most_frequent_first() -> None:
    assert in_words({}) == "0"
    assert in_words({"new: cut": 3, "new: refused": 4, "wrk: cut": 1200}) == "1,207 (cut 1,203, refused 4)"
