# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest

from steady_lab import artefacts, settings
from steady_lab.artefacts import Artefact, ensure, key_of
from steady_lab.console import Console
from steady_lab.errors import LabError


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "sources"
    (folder / "inner").mkdir(parents=True)
    (folder / "main.go").write_text("package main\n")
    (folder / "inner" / "more.go").write_text("package inner\n")
    return folder


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "ARTEFACTS", tmp_path / "artefacts")
    monkeypatch.setattr(settings, "HOSTS", tmp_path / "hosts")
    return tmp_path / "artefacts"


def test_the_same_content_elsewhere_has_the_same_key(sources: Path, tmp_path: Path) -> None:
    artefacts.copy_content(sources, tmp_path / "copy")
    assert key_of((sources, "v1")) == key_of((tmp_path / "copy", "v1"))


def test_a_changed_byte_name_mode_or_word_changes_the_key(sources: Path) -> None:
    seen = {key_of((sources, "v1")), key_of((sources, "v2"))}
    (sources / "main.go").write_text("package main \n")
    seen.add(key_of((sources, "v1")))
    (sources / "main.go").rename(sources / "start.go")
    seen.add(key_of((sources, "v1")))
    (sources / "start.go").chmod(0o755)
    seen.add(key_of((sources, "v1")))
    (sources / "link").symlink_to("start.go")
    seen.add(key_of((sources, "v1")))
    assert len(seen) == 6


def test_what_tools_leave_behind_is_not_content(sources: Path) -> None:
    before = key_of((sources,))
    (sources / "__pycache__").mkdir()
    (sources / "__pycache__" / "x.pyc").write_bytes(b"x")
    assert key_of((sources,)) == before


def test_an_artefact_is_built_once(cache: Path, sources: Path) -> None:
    built = []

    def build(target: Path) -> None:
        built.append(target)
        (target / "program").write_text("x")

    artefact = Artefact("thing", (sources,), build)
    first = ensure(artefact, Console(), "thing")
    assert ensure(artefact, Console(), "thing") == first
    assert (first / "program").read_text() == "x"
    assert len(built) == 1
    assert list(cache.iterdir()) == [first]


def test_a_build_that_fails_leaves_nothing(cache: Path, sources: Path) -> None:
    def build(target: Path) -> None:
        (target / "half").write_text("x")
        raise LabError("no")

    with pytest.raises(LabError):
        ensure(Artefact("thing", (sources,), build), Console(), "thing")
    assert list(cache.iterdir()) == []


def test_what_was_built_from_older_content_goes_but_not_what_a_host_runs_on(cache: Path, tmp_path: Path) -> None:
    def build(target: Path) -> None:
        (target / "rootfs").mkdir()

    first = ensure(Artefact("host", ("1",), build), Console(), "host")
    described = tmp_path / "hosts" / "lab-worker-1" / "host.json"
    described.parent.mkdir(parents=True)
    described.write_text(f'{{"address": "10.77.0.21", "lower": "{first / "rootfs"}"}}')
    second = ensure(Artefact("host", ("2",), build), Console(), "host")
    third = ensure(Artefact("host", ("3",), build), Console(), "host")
    assert sorted(cache.iterdir()) == sorted([first, third])
    assert not second.exists()
