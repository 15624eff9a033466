# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import pathlib
import stat

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._ansible import files
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors


def test_a_file_is_replaced_at_once_with_the_mode_and_nothing_beside_it_stays(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    path.chmod(0o644)
    was = path.stat().st_ino
    files.write(str(path), "new", 0o600)
    assert files.read(str(path)) == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.stat().st_ino != was
    assert os.listdir(tmp_path) == ["file"]


def test_what_cannot_be_written_leaves_nothing_and_says_why(tmp_path: pathlib.Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(
        errors.InvalidInput,
        match=r"path: .*folder cannot be written: Is a directory; let this user write there, or name",
    ):
        files.write(str(tmp_path / "folder"), "new", 0o600)
    assert os.listdir(tmp_path) == ["folder"]


def test_no_file_is_none_and_a_folder_is_said_to_be_unreadable(tmp_path: pathlib.Path) -> None:
    assert files.read(str(tmp_path / "none")) is None
    with pytest.raises(
        errors.InvalidInput, match=r"path: .* cannot be read: Is a directory; let this user read it, or name another\."
    ):
        files.read(str(tmp_path))
