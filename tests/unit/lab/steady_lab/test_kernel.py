# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest

from steady_lab import kernel, settings


@pytest.fixture
def sysctl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "STATE", tmp_path / "lab")
    monkeypatch.setattr(kernel, "SYSCTL", tmp_path / "sys")
    for name in (*kernel.NEEDED, *kernel.SET_BY_KUBELETS):
        (tmp_path / "sys" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "sys" / name).write_text("0\n")
    return tmp_path / "sys"


def test_what_is_too_low_is_raised_and_all_is_put_back_as_it_was_before_the_first_up(sysctl: Path) -> None:
    watched, panic = sysctl / "fs/inotify/max_user_instances", sysctl / "kernel/panic"
    watched.write_text("128\n")
    kernel.up()
    panic.write_text("10")
    kernel.up()
    assert int(watched.read_text()) == 8192
    kernel.down()
    assert (watched.read_text(), panic.read_text()) == ("128", "0")
    assert not kernel.record().exists()


def test_what_is_high_enough_is_left_alone(sysctl: Path) -> None:
    watched = sysctl / "fs/inotify/max_user_instances"
    watched.write_text("65536\n")
    kernel.up()
    assert int(watched.read_text()) == 65536
