# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import moments


def test_a_moment_is_read_and_told_in_utc() -> None:
    found = moments.seconds_of("2026-11-23T11:02:31.500+01:00")
    assert found is not None
    assert moments.clock(found) == "10:02:31"
    assert moments.date_and_time(found) == "2026-11-23 10:02:31 UTC"
    assert moments.seconds_of(moments.iso(found)) == found - 0.5


def test_a_time_without_a_zone_is_utc() -> None:
    assert moments.seconds_of("1970-01-01T00:01:00") == 60.0


@pytest.mark.parametrize("text", [None, "", "soon", 7, {}])
def test_what_is_no_time_is_none(text: object) -> None:
    assert moments.seconds_of(text) is None
