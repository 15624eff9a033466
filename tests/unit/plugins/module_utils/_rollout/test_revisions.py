# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t
from dataclasses import replace

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, revisions
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds import deployment
from ansible_collections.steady.rollout.plugins.module_utils._rollout.revisions import BAD, GOOD, UNDONE, UNKNOWN
from ansible_collections.steady.rollout.tests.unit import samples

Json = dict[str, t.Any]
History = tuple[revisions.Revision, ...]


def history(current: str, *entries: tuple[int, str, str]) -> History:
    """A history of (number, version, outcome), one version of which is current."""
    recorded = {
        f"hash{version.replace('.', '')}": outcome for _number, version, outcome in entries if outcome != UNKNOWN
    }
    number = next(number for number, version, _outcome in entries if version == current)
    notes = {"metadata": {"annotations": {revisions.OUTCOMES: json.dumps(recorded)}}}
    present = samples.workload(current, number, notes)
    owned = [samples.revision(version, number) for number, version, _outcome in entries]
    return revisions.history(deployment, samples.snapshot(present, owned))


def test_the_history_is_newest_first_and_knows_the_current_one() -> None:
    found = history("2.0", (1, "1.0", GOOD), (3, "2.0", UNKNOWN), (2, "9.9", BAD))
    assert [(item.number, item.version, item.outcome, item.current) for item in found] == [
        (3, "2.0", UNKNOWN, True),
        (2, "9.9", BAD, False),
        (1, "1.0", GOOD, False),
    ]


def test_ten_comes_after_nine() -> None:
    assert [item.number for item in history("10.0", (9, "9.0", GOOD), (10, "10.0", GOOD))] == [10, 9]


def test_before_the_controller_has_looked_the_current_one_is_that_with_the_same_template() -> None:
    present = samples.workload("1.0", 2, {"metadata": {"generation": 3}})
    found = revisions.history(
        deployment, samples.snapshot(present, [samples.revision("1.0", 1), samples.revision("2.0", 2)])
    )
    assert [(item.version, item.current) for item in found] == [("2.0", False), ("1.0", True)]


def test_facts_of_a_revision_leave_out_its_template() -> None:
    (found,) = history("1.0", (1, "1.0", GOOD))
    assert set(found.facts()) == {"revision", "version", "images", "outcome", "current", "change_cause", "created"}


V1, V2, V3 = (1, "1.0", GOOD), (2, "2.0", GOOD), (3, "3.0", GOOD)


@pytest.mark.parametrize(
    ("entries", "current", "target"),
    [
        ([V1, V2], "2.0", "1.0"),
        ([V1, V2, V3], "3.0", "2.0"),
        ([(1, "1.0", UNKNOWN), (2, "2.0", UNKNOWN)], "2.0", "1.0"),
        ([V1, (2, "2.0", UNKNOWN), (3, "3.0", UNKNOWN)], "3.0", "1.0"),
        ([V1, (2, "9.9", BAD), (3, "2.0", UNKNOWN)], "2.0", "1.0"),
        ([V1, (2, "9.9", BAD)], "9.9", "1.0"),
        ([(2, "2.0", UNDONE), (3, "1.0", GOOD), (4, "3.0", GOOD)], "3.0", "1.0"),
    ],
    ids=[
        "the one before",
        "the last of several",
        "nothing recorded",
        "good beats unknown",
        "never a bad one",
        "from a bad one",
        "after an undo",
    ],
)
def test_previous_is_the_last_good_one(entries: list[tuple[int, str, str]], current: str, target: str) -> None:
    found = revisions.previous(history(current, *entries))
    assert found is not None
    assert found.version == target


@pytest.mark.parametrize(
    "entries",
    [
        [(2, "2.0", UNDONE), (3, "1.0", GOOD)],
        [(1, "0.9", GOOD), (2, "2.0", UNDONE), (3, "1.0", GOOD)],
        [(2, "2.0", UNDONE), (3, "9.9", BAD), (4, "1.0", GOOD)],
    ],
)
def test_an_undo_twice_in_a_row_never_flips_back(entries: list[tuple[int, str, str]]) -> None:
    assert revisions.previous(history("1.0", *entries)) is None


@pytest.mark.parametrize(
    ("entries", "words"), [([V1], "no earlier revision"), ([(1, "9.9", BAD), (2, "1.0", GOOD)], "1 (9.9, bad)")]
)
def test_with_nothing_to_go_back_to_it_says_what_there_is(entries: list[tuple[int, str, str]], words: str) -> None:
    with pytest.raises(errors.Refused, match="nothing to roll back to") as refused:
        revisions.previous(history("1.0", *entries))
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("entries", "target"),
    [
        ([V1, V2, (3, "9.9", UNKNOWN)], "2.0"),
        ([(2, "2.0", UNDONE), (3, "1.0", GOOD), (4, "9.9", UNKNOWN)], "1.0"),
        ([(1, "1.0", UNKNOWN), (2, "8.8", BAD), (3, "9.9", UNKNOWN)], "1.0"),
        ([(1, "8.8", BAD), (3, "9.9", UNKNOWN)], None),
        ([(3, "9.9", UNKNOWN)], None),
    ],
)
def test_a_failed_rollout_goes_to_the_last_good_one_never_to_one_that_was_left(
    entries: list[tuple[int, str, str]], target: str | None
) -> None:
    found = revisions.last_good(history("9.9", *entries))
    assert (found.version if found else None) == target


def test_a_revision_is_found_by_its_number_or_refused_with_those_there_are() -> None:
    found = history("2.0", V1, V2)
    assert revisions.by_number(found, 1).version == "1.0"
    with pytest.raises(
        errors.Refused, match=r"no revision 7 in its history; there are: 2 \(2.0, current, good\), 1 \(1.0, good\)"
    ):
        revisions.by_number(found, 7)


def test_a_version_is_found_or_refused_with_those_there_are() -> None:
    found = history("2.0", V1, V2)
    assert revisions.by_version(found, "1.0").number == 1
    with pytest.raises(errors.Refused, match=r"runs version 3\.0; there are: 2 \(2.0, current, good\)"):
        revisions.by_version(found, "3.0")


@pytest.mark.parametrize("annotation", ["", "no json", "[]", "null", '"good"'])
def test_a_broken_record_counts_as_none(annotation: str) -> None:
    assert revisions.outcomes({"metadata": {"annotations": {revisions.OUTCOMES: annotation}}}) == {}


def test_the_record_forgets_revisions_that_are_gone() -> None:
    found = history("2.0", V1, V2)
    present = {"metadata": {"annotations": {revisions.OUTCOMES: '{"hash10":"good","gone":"bad"}'}}}
    note = revisions.outcome_annotation(present, found, {"hash20": GOOD})
    assert json.loads(note[revisions.OUTCOMES]) == {"hash10": "good", "hash20": "good"}


def test_a_version_is_found_by_its_tag_and_by_its_digest() -> None:
    digest = "sha256:" + 64 * "a"
    newer, older = history("3.0", V3, V2)
    pinned = replace(older, images={"app": f"a.io/app:2.0@{digest}"})
    for version in ("2.0", digest, f"2.0@{digest}"):
        assert revisions.by_version([newer, pinned], version) == pinned
