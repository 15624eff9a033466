# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import sys
from pathlib import Path

from traffic_bench.rows import Load
from traffic_bench.sending import LONGEST, Sending, wrk_words

PROGRAM = f"""#!{sys.executable}
import json, sys
phases = [dict(name=line.strip(), seconds=1.0, requests=dict(kept=1), failed={{}}, versions={{}}, p50_ms=1, p99_ms=1) for line in sys.stdin]
print(json.dumps(dict(phases=phases, seen={{}})))
"""


def test_the_number_of_connections_makes_the_rate() -> None:
    words = wrk_words(4000, "10.77.0.11:30080", "app.lab")
    assert "--connections=71" in words
    assert f"--duration={LONGEST}s" in words
    assert words[-1] == "http://10.77.0.11:30080/"


def test_phases_are_those_that_were_told_and_the_first_is_before(tmp_path: Path) -> None:
    program = tmp_path / "load"
    program.write_text(PROGRAM)
    program.chmod(0o755)
    sending = Sending(Load(wrk=0), program, ["127.0.0.1:1"], "app.lab")
    sending.begin("during")
    sending.begin("after")
    figures = sending.end()
    sending.stop()
    assert list(figures.phases) == ["before", "during", "after"]
    assert figures.requests == 3
