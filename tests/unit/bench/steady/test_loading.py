# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from steady_bench.line import KUBECTL, OURS, at_most
from steady_bench.loading import lines
from steady_bench.table import cells


def test_requests_have_what_was_received_beside_them() -> None:
    requests, received = {OURS: [15.0, 15.0], KUBECTL: [5.0, 6.0]}, {OURS: [41.4, 42.0], KUBECTL: [7.0, 9.0]}
    found = cells(lines("one upgrade", requests, received, at_most("at most kubectl + 6", 15.0, 11.5)))
    assert found[:4] == ["requests, one upgrade, count (KB received)", "15.0 (42 KB)", "", "5.00 / 5.50 / 6.00 (8 KB)"]
    assert found[-1] == "at most kubectl + 6: **missed** (15.0 of 11.5)"
