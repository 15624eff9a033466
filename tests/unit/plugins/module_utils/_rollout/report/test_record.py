# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.report import record
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._rollout.report import examples


def test_many_and_loops_are_taken_apart_and_skipped_ones_left_out() -> None:
    one = examples.told("upgrade")
    found = record.entries_of(
        [{"results": [one, {"results": [one]}, {"skipped": True}]}, {"skipped": True}], examples.RUN
    )
    assert [entry["result"]["msg"] for entry in found] == [one["msg"]] * 2
    assert record.entries_of(one, examples.RUN) == found[:1]


def test_only_what_a_report_tells_is_kept() -> None:
    found = record.entries_of([{**examples.told("upgrade"), "invocation": {"module_args": {"api_key": "s3cret"}}}], {})
    assert "s3cret" not in record.written("t", found)


def test_what_is_no_result_is_named() -> None:
    with pytest.raises(errors.InvalidInput, match=r"results\[0\]\.results\[1\] is not what"):
        record.entries_of([{"results": [examples.told("upgrade"), {"rc": 0}]}], {})


def test_a_failure_before_anything_began_is_told_too() -> None:
    (entry,) = record.entries_of([{"failed": True, "msg": "version is empty: write one."}], {})
    assert record.report_of("t", [entry]).stories[0].headline == "version is empty: write one."


def test_what_was_written_is_read_again_and_added_to_once() -> None:
    first = record.entries_of([examples.told("upgrade")], {"by": "a"})
    again = record.entries_of([examples.told("upgrade"), examples.told("rollback", 30)], {"by": "b"})
    kept = record.merged(record.read(record.written("t", first), "x.json"), again)
    assert [entry["run"]["by"] for entry in kept] == ["a", "b"]


@pytest.mark.parametrize("text", ["", "[]", "{}", json.dumps({"form": "other"})])
def test_another_file_is_not_taken_for_a_report(text: str) -> None:
    with pytest.raises(errors.InvalidInput, match="x.json is not a report"):
        record.read(text, "x.json")


def test_stories_stand_in_the_order_of_time() -> None:
    entries = record.entries_of([examples.told("rollback", 30), examples.told("upgrade")], {})
    assert [story.after for story in record.report_of("t", entries).stories] == ["2.0", "1.0"]
