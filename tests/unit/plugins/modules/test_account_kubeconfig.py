# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import pathlib
import stat
import types
import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.modules import account_kubeconfig
from ansible_collections.steady.rollout.tests.unit.issuing import SIGNATURE, Issuer

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.tests.unit.plugins.modules.conftest import Play


def stage_of(issuer: Issuer) -> t.Any:
    clock = types.SimpleNamespace(now=lambda: issuer.now, monotonic=lambda: 0.0)
    return types.SimpleNamespace(cluster=issuer, clock=clock)


def mode(path: pathlib.Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def path(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "made" / "for it" / "kubeconfig"


def test_it_is_written_for_its_owner_only_and_shown_nowhere(play: Play, path: pathlib.Path) -> None:
    stage = stage_of(Issuer())
    made = play(account_kubeconfig, stage, name="upgrade", path=str(path), expires_in="1h")
    assert (made["changed"], made["expires"], made["path"]) == (True, "2026-11-23T11:00:00Z", str(path))
    assert made["diff"]["after"] == "token: until 2026-11-23 11:00:00 UTC\n"
    assert "was written (there was none), its token lives until 2026-11-23 11:00:00 UTC." in made["msg"]
    assert (mode(path), mode(path.parent), mode(path.parent.parent)) == (0o600, 0o700, 0o700)
    assert SIGNATURE in path.read_text()
    assert SIGNATURE not in json.dumps(made)


def test_again_it_changes_nothing_but_a_mode_that_lets_others_read(play: Play, path: pathlib.Path) -> None:
    stage = stage_of(Issuer())
    play(account_kubeconfig, stage, name="upgrade", path=str(path))
    text = path.read_text()
    assert not play(account_kubeconfig, stage, name="upgrade", path=str(path))["changed"]
    path.chmod(0o640)
    mended = play(account_kubeconfig, stage, name="upgrade", path=str(path))
    assert mended["changed"]
    assert "others could read it" in mended["msg"]
    assert (mode(path), path.read_text(), len(stage.cluster.asked)) == (0o600, text, 1)


def test_check_mode_writes_nothing(play: Play, path: pathlib.Path) -> None:
    stage = stage_of(Issuer())
    would = play(account_kubeconfig, stage, check=True, name="upgrade", path=str(path))
    assert (would["changed"], would["expires"]) == (True, "")
    assert "would be written (there was none)." in would["msg"]
    assert not path.parent.exists()


def test_a_folder_that_cannot_be_made_is_named(play: Play, tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").write_text("")
    result = play(account_kubeconfig, stage_of(Issuer()), name="upgrade", path=str(tmp_path / "file" / "folder" / "it"))
    assert result["failed"]
    assert "path: " in result["msg"]
