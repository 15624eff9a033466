# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

from traffic_bench.place import HERE, IMAGES
from traffic_bench.rows import ARGO, CATCHES, FULL, OURS, ROWS, Load

WORDS = (HERE / "words.sh").read_text()
KNOWN = set(re.findall(r"^(\w+)\(\)", WORDS, re.MULTILINE))


def words(text: str) -> set[str]:
    """The first word of each command."""
    return {part.split()[0] for part in text.split("&&")}


def test_names_are_unique() -> None:
    names = [*(row.name for row in ROWS), *(f"{catch.name} {catch.tool}" for catch in CATCHES)]
    assert len(set(names)) == len(names)


def test_every_word_is_defined() -> None:
    for played in (*ROWS, *CATCHES):
        assert words(played.given) | words(played.when) <= KNOWN


def test_every_version_has_an_image() -> None:
    text = " ".join(f"{played.given} {played.when}" for played in (*ROWS, *CATCHES))
    assert set(re.findall(r"\b\d\.\d\b", text)) == set(IMAGES)


def test_the_reference_is_one_row_and_the_last_because_it_changes_the_application() -> None:
    assert [row.loses for row in ROWS].index(True) == len(ROWS) - 1


def test_each_bad_canary_is_tried_with_both_tools() -> None:
    for name in {catch.name for catch in CATCHES}:
        assert [catch.tool for catch in CATCHES if catch.name == name] == [OURS, ARGO]


def test_a_load_of_another_rate_is_the_same_in_kind() -> None:
    assert FULL.rate == 5000
    assert FULL.scaled(500) == Load(wrk=400, kept=50, new=50, slow=5, streams=5)
