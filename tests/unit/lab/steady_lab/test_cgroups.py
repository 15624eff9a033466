# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

from steady_lab import cgroups

HYBRID = "9:name=systemd:/\n4:memory:/user/7\n3:cpu,cpuacct:/\n0::/\n"
UNIFIED = "0::/user.slice/session-1.scope\n"


def test_each_hierarchy_of_version_1_has_a_place_below_the_callers() -> None:
    own = cgroups.memberships(HYBRID)
    root, folder = cgroups.ROOT, cgroups.FOLDER
    assert cgroups.places("w", own, v2=False) == [
        root / "systemd" / folder / "w",
        root / "memory/user/7" / folder / "w",
        root / "cpu,cpuacct" / folder / "w",
        root / "unified" / folder / "w",
    ]


def test_version_2_has_one_place_below_its_root() -> None:
    assert cgroups.places("w", cgroups.memberships(UNIFIED), v2=True) == [cgroups.ROOT / cgroups.FOLDER / "w"]


def test_removing_takes_what_a_host_left_below_and_the_folder_with_the_last_host(tmp_path: Path) -> None:
    for host in ("a", "b"):
        (tmp_path / "lab" / host / "payload" / "system.slice").mkdir(parents=True)
    cgroups.remove([tmp_path / "lab" / "a"])
    assert [path.name for path in (tmp_path / "lab").iterdir()] == ["b"]
    cgroups.remove([tmp_path / "lab" / "b", tmp_path / "gone" / "b"])
    assert list(tmp_path.iterdir()) == []


def test_members_are_all_processes_in_a_cgroup_and_below(tmp_path: Path) -> None:
    (tmp_path / "a" / "payload").mkdir(parents=True)
    (tmp_path / "a" / "cgroup.procs").write_text("7\n8\n")
    (tmp_path / "a" / "payload" / "cgroup.procs").write_text("9\n")
    assert cgroups.members([tmp_path / "a", tmp_path / "gone"]) == {7, 8, 9}


def test_a_cgroup_that_goes_while_it_is_read_has_no_members(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "cgroup.procs").symlink_to(tmp_path / "gone")
    assert cgroups.members([tmp_path / "a"]) == set()
