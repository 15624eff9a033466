# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest

from steady_lab import settings


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("lab-control-plane-1", "10.77.0.11"),
        ("lab-worker-1", "10.77.0.21"),
        ("lab-worker-3", "10.77.0.23"),
        ("other", "10.77.0.31"),
        ("lab-worker-10", "10.77.0.31"),
        ("lab-worker-x", "10.77.0.31"),
    ],
)
def test_a_name_decides_the_address(name: str, address: str) -> None:
    assert settings.address_of(name) == address


def test_a_name_of_no_series_gets_the_first_free_address() -> None:
    assert settings.address_of("other", frozenset({"10.77.0.31", "10.77.0.32"})) == "10.77.0.33"


def test_the_cache_is_the_users_unless_another_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STEADY_ROLLOUT_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert settings.cache_folder() == Path.home() / ".cache/steady-rollout"
    monkeypatch.setenv("XDG_CACHE_HOME", "/var/tmp/x")
    assert settings.cache_folder() == Path("/var/tmp/x/steady-rollout")
    monkeypatch.setenv("STEADY_ROLLOUT_CACHE", "/srv/lab")
    assert settings.cache_folder() == Path("/srv/lab")
