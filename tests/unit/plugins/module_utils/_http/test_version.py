# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._http import version
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors


def test_a_pattern_reads_its_group_anywhere_in_the_answer() -> None:
    read = version.by_pattern(r"App Version (\S+) running")
    assert read(b"<p>\nApp Version 2.0 running on host: app-1\n") == "2.0"
    assert read(b"404 page not found") is None


def test_an_answer_in_no_known_encoding_is_still_read() -> None:
    assert version.by_pattern(r"v=(\S+)")(b"\xff\xfe v=7 \x80") == "7"


@pytest.mark.parametrize(("pattern", "groups"), [("Version", 0), (r"(\d+)\.(\d+)", 2), (r"(?:v)\d", 0)])
def test_a_pattern_needs_exactly_one_group(pattern: str, groups: int) -> None:
    with pytest.raises(errors.InvalidInput, match=f"has {groups} groups, it must have exactly one"):
        version.by_pattern(pattern)


def test_a_pattern_that_does_not_compile_is_refused_with_the_reason() -> None:
    with pytest.raises(
        errors.InvalidInput, match=r"'Version \(' is not a regular expression: missing \), unterminated"
    ):
        version.by_pattern("Version (")


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b'{"build": {"version": "2.0"}}', "2.0"),
        (b'{"build": {"version": 7}}', "7"),
        (b'{"build": {"version": null}}', None),
        (b'{"build": {"version": ["2.0"]}}', None),
        (b'{"other": 1}', None),
        (b"[]", None),
        (b"<html>", None),
        (b"\xff", None),
        (b"", None),
    ],
)
def test_a_path_reads_one_value_of_a_json_answer(body: bytes, found: str | None) -> None:
    assert version.by_path("build.version")(body) == found


def test_a_path_that_fails_on_an_answer_finds_nothing() -> None:
    assert version.by_path("length(build)")(b'{"build": 1}') is None


@pytest.mark.parametrize("path", ["", "build.", "a b", "nonsense(", "'open"])
def test_a_path_that_does_not_parse_is_refused_in_one_sentence(path: str) -> None:
    with pytest.raises(errors.InvalidInput, match="is not a JMESPath expression: ") as refused:
        version.by_path(path)
    assert "\n" not in str(refused.value)
