# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest

from steady_lab import mirror, settings
from steady_lab.artefacts import Artefact


def test_a_path_leads_to_the_artefact_and_moves_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "MIRROR", tmp_path / "mirror")
    old, new = (Artefact("thing", (word,), lambda target: None) for word in ("old", "new"))
    assert mirror.publish([("release/v1/bin", old, ".")])
    assert not mirror.publish([("release/v1/bin", old, ".")])
    assert mirror.publish([("release/v1/bin", new, ".")])
    assert (tmp_path / "mirror/release/v1/bin").readlink() == new.folder
    assert len(list((tmp_path / "mirror/release/v1").iterdir())) == 1
