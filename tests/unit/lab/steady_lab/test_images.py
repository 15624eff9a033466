# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest

from steady_lab.errors import LabError
from steady_lab.images import from_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "Containerfile").write_text("FROM scratch\n")
    return tmp_path


@pytest.mark.parametrize("name", ["app", "team/app", "host:5000/app", ":1"])
def test_an_image_without_a_tag_is_refused(folder: Path, name: str) -> None:
    with pytest.raises(LabError, match="has no tag"):
        from_folder(folder, name, {}, "")


def test_a_folder_without_a_containerfile_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="has no Containerfile"):
        from_folder(tmp_path, "app:1", {}, "")


def test_a_go_module_is_built_under_the_images_last_name(folder: Path) -> None:
    assert from_folder(folder, "team/app:1", {}, "").parts == ()
    (folder / "go.mod").write_text("module app\n")
    assert [part.name for part in from_folder(folder, "team/app:1", {}, "").parts] == ["app"]


def test_arguments_and_linker_flags_are_content(folder: Path) -> None:
    (folder / "go.mod").write_text("module app\n")
    keys = {
        from_folder(folder, "app:1", {}, "").key,
        from_folder(folder, "app:1", {"V": "1"}, "").key,
        from_folder(folder, "app:1", {"V": "2"}, "").key,
        from_folder(folder, "app:1", {}, "-s").key,
    }
    assert len(keys) == 4
