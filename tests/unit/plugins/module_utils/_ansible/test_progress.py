# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._ansible import progress
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors

if t.TYPE_CHECKING:
    import pathlib


def test_each_line_is_whole_and_appended(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "progress"
    for text in ("1/3 new ready", "läuft"):
        progress.open_progress({progress.VARIABLE: str(path)}).say(text)
    assert [json.loads(line) for line in path.read_text().splitlines()] == [
        {"text": "1/3 new ready"},
        {"text": "läuft"},
    ]


def test_only_the_owner_may_read_it(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "progress"
    progress.open_progress({progress.VARIABLE: str(path)}).say("secret plans")
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("environ", [{}, {progress.VARIABLE: ""}])
def test_nobody_who_follows_is_nobody_to_tell(environ: dict[str, str]) -> None:
    progress.open_progress(environ).say("into the void")


def test_whoever_stops_following_does_not_stop_the_operation() -> None:
    reading, writing = os.pipe()
    told = progress.ProgressFile(writing)
    os.close(reading)
    told.say("gone")
    told.say("still going")
    os.close(writing)


def test_a_file_that_cannot_be_written_is_said_in_one_sentence(tmp_path: pathlib.Path) -> None:
    with pytest.raises(
        errors.InvalidInput,
        match=f"^{progress.VARIABLE}: .* cannot be written: No such file or directory; name a file",
    ):
        progress.open_progress({progress.VARIABLE: str(tmp_path / "no" / "where")})


def test_hidden_values_are_blotted_out(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "progress"
    told = progress.open_progress({progress.VARIABLE: str(path)}, frozenset({"Planted-0815"}))
    told.say("app  crash loop: cannot log in with Planted-0815", about="app")
    line = json.loads(path.read_text())
    assert line["about"] == "app"
    assert line["text"].startswith("app  crash loop: cannot log in with ***")


def test_details_are_wanted_where_whoever_follows_says_so(tmp_path: pathlib.Path) -> None:
    follows = {progress.VARIABLE: str(tmp_path / "told")}
    assert not progress.open_progress({}).detailed
    assert not progress.open_progress({**follows, progress.DETAILS: ""}).detailed
    assert progress.open_progress({**follows, progress.DETAILS: "yes"}).detailed
