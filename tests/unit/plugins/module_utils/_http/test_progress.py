# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import pathlib

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._http import progress
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors


def test_each_record_is_one_line_that_is_there_at_once(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "progress"
    record = progress.open_record({"STEADY_ROLLOUT_PROGRESS": str(file)})
    for second in range(2):
        record({"second": second, "text": "a\nb"})
        assert len(file.read_text().splitlines()) == second + 1
    assert [json.loads(line)["second"] for line in file.read_text().splitlines()] == [0, 1]


def test_what_the_file_held_stays(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "progress"
    file.write_text("{}\n")
    progress.open_record({"STEADY_ROLLOUT_PROGRESS": str(file)})({"second": 0})
    assert file.read_text() == '{}\n{"second": 0}\n'


def test_nothing_happens_when_no_file_is_named() -> None:
    progress.open_record({})({"second": 0})


def test_a_file_that_cannot_be_written_is_named() -> None:
    with pytest.raises(
        errors.InvalidInput, match="'/no/such/folder/file' cannot be written: No such file or directory"
    ):
        progress.open_record({"STEADY_ROLLOUT_PROGRESS": "/no/such/folder/file"})
