# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from traffic_bench.play import log_of
from traffic_bench.rows import CATCHES, ROWS


def test_every_row_has_a_log_of_its_own_that_a_shell_can_name() -> None:
    logs = {log_of(name).name for name in (*(row.name for row in ROWS), *(f"{one.name} {one.tool}" for one in CATCHES))}
    assert len(logs) == len(ROWS) + len(CATCHES)
    assert all(" " not in name and ":" not in name and "," not in name for name in logs)
